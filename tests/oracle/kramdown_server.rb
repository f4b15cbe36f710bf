# frozen_string_literal: true

# Renders Markdown as GitHub Pages does: Liquid with Jekyll's filters, then kramdown with the options that Jekyll sets.
# One JSON object a line on standard input, one on standard output: {"html": …} or {"error": …}.

require "json"
require "jekyll"
require "kramdown"
require "kramdown-parser-gfm"
require "rouge"

Site = Struct.new(:config, :filter_cache)

OPTIONS = {
  input: "GFM", auto_ids: true, auto_id_prefix: "", toc_levels: (1..6).to_a, entity_output: "as_char",
  footnote_nr: 1, hard_wrap: false, smart_quotes: "lsquo,rsquo,ldquo,rdquo", gfm_quirks: "paragraph_end",
  show_warnings: false, math_engine: "mathjax", syntax_highlighter: "rouge",
  syntax_highlighter_opts: { guess_lang: true, default_lang: "plaintext" }
}.freeze

def liquid(source, baseurl)
  site = Site.new({ "baseurl" => baseurl, "url" => "" }, {})
  Liquid::Template.parse(source, line_numbers: true, error_mode: :strict)
                  .render!({}, filters: [Jekyll::Filters], registers: { site: site })
end

def answer(request)
  source = request["source"]
  source = liquid(source, request["baseurl"]) if request["liquid"]
  options = OPTIONS.merge((request["options"] || {}).transform_keys(&:to_sym))
  { html: Kramdown::Document.new(source, options).to_html }
rescue StandardError => e
  { error: "#{e.class}: #{e.message}" }
end

$stdin.set_encoding("UTF-8")
$stdout.set_encoding("UTF-8")
$stdout.sync = true
$stdin.each_line { |line| puts JSON.generate(answer(JSON.parse(line))) }
