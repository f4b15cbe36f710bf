# frozen_string_literal: true

# Reads posts' front matter as Jekyll does. One JSON object a line on standard input ({"post": …, "loader": "psych"}),
# one on standard output: {"value": …} with every value as [class, value], or {"error": …}.

require "json"
require "jekyll"
begin
  require "safe_yaml/load"
  SafeYAML::OPTIONS[:suppress_warnings] = true
rescue LoadError
  nil # Jekyll 3's loader; Jekyll 4 of some distributions comes without it
end

def told(value)
  case value
  when Hash then ["Hash", value.map { |key, item| [told(key), told(item)] }]
  when Array then ["Array", value.map { |item| told(item) }]
  when Time then ["Time", (value.to_r * 1_000_000).to_i]
  when Date then ["Date", value.iso8601]
  when Float then ["Float", value.to_s]
  else [value.class.name, value]
  end
end

def load(yaml, loader)
  return Jekyll::Utils.safe_load_yaml(yaml) if loader == "psych" && Jekyll::Utils.respond_to?(:safe_load_yaml)
  return Psych.safe_load(yaml, permitted_classes: [Date, Time], aliases: true) if loader == "psych"

  SafeYAML.load(yaml)
end

def answer(request)
  return { loaders: defined?(SafeYAML) ? %w[psych safe_yaml] : %w[psych] } if request["loaders"]
  return { error: "no front matter" } unless request["post"] =~ Jekyll::Document::YAML_FRONT_MATTER_REGEXP

  body = Regexp.last_match.post_match
  { value: told(load(Regexp.last_match(1), request["loader"])), body: body }
rescue StandardError => e
  { error: "#{e.class}: #{e.message}" }
end

$stdin.set_encoding("UTF-8")
$stdout.set_encoding("UTF-8")
$stdout.sync = true
$stdin.each_line { |line| puts JSON.generate(answer(JSON.parse(line))) }
