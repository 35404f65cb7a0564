#include "report/rich_text.hpp"

#include <algorithm>

#include "doc/json_writer.hpp"
#include "report/escape.hpp"

namespace gatepost::report {
namespace {

constexpr std::size_t kReserve = 200;  // for what closes a document, and the "…"

bool is_visible(const Span& span) { return !escape::one_line(span.text).empty(); }

// An https address; data has no say in which hosts: callers build their own.
bool is_link(const Span& span) {
  const std::string host = span.url.substr(0, span.url.find('/', std::min<std::size_t>(8, span.url.size())));
  const std::string allowed[] = {host.size() > 8 ? host.substr(8) : std::string()};
  return !allowed[0].empty() && escape::is_allowed_url(span.url, allowed);
}

// --- ADF ------------------------------------------------------------------------------------------------------------

void write_mark(doc::JsonWriter& json, std::string_view type) { json.begin_object().field("type", type).end_object(); }

// Code takes no other mark but a link; the schema refuses the rest.
void write_marks(doc::JsonWriter& json, const Span& span) {
  const bool linked = is_link(span);
  if (span.style == Span::Style::plain && !linked) return;
  json.key("marks").begin_array();
  if (span.style == Span::Style::code) write_mark(json, "code");
  if (span.style == Span::Style::strong) write_mark(json, "strong");
  if (linked) {
    json.begin_object().field("type", "link").key("attrs").begin_object().field("href", span.url).end_object();
    json.end_object();
  }
  json.end_array();
}

void write_inline(doc::JsonWriter& json, const Block& block) {
  json.key("content").begin_array();
  for (const Span& span : block.spans) {
    if (!is_visible(span)) continue;
    // Blanks at the ends part it from its neighbours.
    const std::string before = span.text.starts_with(' ') ? " " : "", after = span.text.ends_with(' ') ? " " : "";
    json.begin_object().field("type", "text").field("text", before + escape::one_line(span.text) + after);
    write_marks(json, span);
    json.end_object();
  }
  json.end_array();
}

void write_paragraph(doc::JsonWriter& json, const Block& block) {
  json.begin_object().field("type", block.form == Block::Form::heading ? "heading" : "paragraph");
  if (block.form == Block::Form::heading) json.key("attrs").begin_object().field("level", 3).end_object();
  write_inline(json, block);
  json.end_object();
}

std::string adf(const std::vector<Block>& blocks) {
  doc::JsonWriter json;
  json.begin_object().field("type", "doc").field("version", 1).key("content").begin_array();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const bool item = blocks[i].form == Block::Form::bullet;
    if (!item) {
      write_paragraph(json, blocks[i]);
      continue;
    }
    const bool first = i == 0 || blocks[i - 1].form != Block::Form::bullet;
    const bool last = i + 1 == blocks.size() || blocks[i + 1].form != Block::Form::bullet;
    if (first) json.begin_object().field("type", "bulletList").key("content").begin_array();
    json.begin_object().field("type", "listItem").key("content").begin_array();
    write_paragraph(json, blocks[i]);
    json.end_array().end_object();
    if (last) json.end_array().end_object();
  }
  json.end_array().end_object();
  return json.take();
}

// --- marked up text
// ---------------------------------------------------------------------------------------------------

std::string marked_wiki(const Span& span) {
  const std::string text = escape::wiki_text(span.text);
  if (is_link(span)) return "[" + text + "|" + escape::wiki_url(span.url) + "]";
  if (span.style == Span::Style::code) return "{{" + text + "}}";
  return span.style == Span::Style::strong ? "*" + text + "*" : text;
}

std::string marked_down(const Span& span, Markup markup) {
  const bool linear = markup == Markup::linear_markdown;
  std::string text = linear ? escape::markdown_plain(span.text) : escape::markdown_text(span.text);
  if (span.style == Span::Style::code) text = escape::markdown_code(span.text, escape::Spot::paragraph);
  if (span.style == Span::Style::strong) text = "**" + text + "**";
  return is_link(span) ? "[" + text + "](" + escape::link_target(span.url) + ")" : text;
}

std::string line_of(const Block& block, Markup markup) {
  const bool wiki = markup == Markup::wiki;
  std::string line;
  if (block.form == Block::Form::heading) line = wiki ? "h3. " : "### ";
  if (block.form == Block::Form::bullet) line = wiki ? "* " : "- ";
  for (const Span& span : block.spans) {
    if (!is_visible(span)) continue;
    if (span.text.starts_with(' ') && !line.ends_with(' ')) line += ' ';
    line += wiki ? marked_wiki(span) : marked_down(span, markup);
    if (span.text.ends_with(' ')) line += ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string marked_up(const std::vector<Block>& blocks, Markup markup) {
  std::string out;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const bool in_list = i > 0 && blocks[i].form == Block::Form::bullet && blocks[i - 1].form == Block::Form::bullet;
    if (i > 0) out += in_list ? "\n" : "\n\n";
    out += line_of(blocks[i], markup);
  }
  return markup == Markup::wiki ? out : escape::markdown_finish(out);
}

// What a block takes, by the most that its characters can become.
std::size_t size_of(const Block& block, Markup markup) {
  if (markup != Markup::adf) return line_of(block, markup).size() + 2;
  std::size_t size = 2;
  for (const Span& span : block.spans) size += escape::one_line(span.text).size();
  return size;
}

}  // namespace

std::string render(const RichText& text, Markup markup, std::size_t most_bytes) {
  std::vector<Block> blocks;
  std::size_t left = most_bytes > kReserve ? most_bytes - kReserve : 0;
  for (const Block& block : text) {
    if (std::ranges::none_of(block.spans, is_visible)) continue;
    const std::size_t size = size_of(block, markup);
    if (size > left) {
      blocks.push_back({Block::Form::paragraph, {{"…"}}});
      break;
    }
    left -= size;
    blocks.push_back(block);
  }
  return markup == Markup::adf ? adf(blocks) : marked_up(blocks, markup);
}

}  // namespace gatepost::report
