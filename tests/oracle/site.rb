# frozen_string_literal: true

# Builds sites with the real Jekyll. Folders of sources as arguments; for each one line of JSON with its posts:
# path → {"url", "written", "title", "date", "tags", "categories", "excerpt", "log"}.

require "json"
require "stringio"
require "jekyll"

$stdout.sync = true

def build(folder)
  log = StringIO.new
  Jekyll.logger.writer.define_singleton_method(:logdevice) { |_| log }
  destination = "#{folder}.out"
  site = Jekyll::Site.new(Jekyll.configuration("source" => folder, "destination" => destination, "disable_disk_cache" => true))
  site.process
  posts = site.posts.docs.to_h do |post|
    place = post.destination(destination)
    [post.relative_path, {
      url: Jekyll::URL.unescape_path(post.url), written: File.file?(place), title: post.data["title"],
      date: post.date.strftime("%Y-%m-%d %H:%M:%S %z"), tags: post.data["tags"], categories: post.data["categories"],
      layout: post.data["layout"], excerpt: post.data["excerpt"].to_s, html: File.file?(place) ? File.read(place) : ""
    }]
  end
  { posts: posts, log: log.string }
rescue StandardError, Jekyll::Errors::FatalException => e
  { error: "#{e.class}: #{e.message}" }
end

# A process for each: a site's time zone stays with the process. UTC is that of the machines that build GitHub Pages.
ARGV.each do |folder|
  Process.wait(fork do
    ENV["TZ"] = "UTC"
    $stdout.puts JSON.generate(build(folder))
  end)
end
