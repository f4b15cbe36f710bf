# frozen_string_literal: true

# The documents become pages as they are: without front matter, with links that github.com follows too, and with
# braces that stay text. Those in the root of the repository that readers want are pages as well.
module Documents
  ROOT = File.expand_path("../..", __dir__)
  URLS = Hash.new { |_, name| "/#{name.delete_suffix('.md').downcase}.html" }.merge(
    "README.md" => "/index.html", "README.ko.md" => "/ko.html"
  )

  # A page made of the document at `place`, its path in the repository.
  def self.page(site, place)
    Jekyll::PageWithoutAFile.new(site, site.source, "", File.basename(place)).tap do |page|
      text = File.read(File.join(ROOT, place), encoding: "utf-8")
      # What is said of OWNER on github.com needs no saying here.
      text = text.gsub(/<!-- github -->.*?<!-- end -->/m, "") unless site.config["repository"].start_with?("OWNER/")
      page.content = text.gsub("OWNER/notion2jekyll", site.config["repository"])
      page.data.merge!(
        "layout" => "default", "title" => text[/^# (.+)$/, 1].delete("`"), "render_with_liquid" => false,
        "permalink" => URLS[File.basename(place)], "place" => place, "lang" => place.include?(".ko.") ? "ko" : "en"
      )
    end
  end

  class Generator < Jekyll::Generator
    def generate(site)
      documents, site.static_files = site.static_files.partition { |file| file.extname == ".md" }
      places = documents.map { |file| "docs/#{file.name}" } + Dir.glob("*.md", base: ROOT).sort
      site.pages.concat(places.map { |place| Documents.page(site, place) })
    end
  end

  # Where an address in the document at `place` leads on the site.
  def self.address(site, place, written)
    return written if written.match?(/\A(?:[a-z]+:|#|\z)/)

    path, fragment = written.split("#", 2)
    target = File.expand_path(path, File.join("/", File.dirname(place))).delete_prefix("/")
    page = site.pages.find { |one| one.data["place"] == target }
    found = page ? page.url.delete_prefix("/") : file(site, target)
    fragment ? "#{found}##{fragment}" : found
  end

  # A table whose cells know what their columns are called: on a phone they stand one under the other.
  def self.labelled(table)
    heads = table.scan(%r{<th\b[^>]*>(.*?)</th>}m).map { |(head)| head.gsub(/<[^>]*>/, "").strip }
    return table if heads.size < 3

    wide = table.sub("<table", '<table class="wide"')
    wide.gsub(%r{<tr>.*?</tr>}m) do |row|
      column = -1
      row.gsub("<td") { %(<td data-label="#{heads[column += 1]}") }
    end
  end

  def self.file(site, target)
    inner = target.delete_prefix("docs/")
    return inner if inner != target && site.static_files.any? { |one| one.relative_path == "/#{inner}" }

    "https://github.com/#{site.config['repository']}/blob/#{site.config['branch']}/#{target}"
  end
end

Jekyll::Hooks.register :pages, :post_convert do |page|
  place = page.data["place"]
  next unless place

  page.content = page.content.gsub(/(<(?:a|img)\b[^>]*?\b(?:href|src)=")([^"]*)"/) do
    "#{Regexp.last_match(1)}#{Documents.address(page.site, place, Regexp.last_match(2))}\""
  end
  page.content = page.content.gsub(%r{<table>.*?</table>}m) { |table| Documents.labelled(table) }
end
