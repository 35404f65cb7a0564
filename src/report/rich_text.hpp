// Text with a little form, and how it is written for each kind of ticket. What is put in is plain text from anywhere;
// every writer escapes it for the place where it lands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::report {

// Atlassian Document Format of Jira Cloud (a JSON document), wiki markup of Jira Data Center, Markdown of GitHub and
// GitLab, Markdown of Linear.
enum class Markup : std::uint8_t { adf, wiki, forge_markdown, linear_markdown };

struct Span {
  enum class Style : std::uint8_t { plain, strong, code };
  std::string text;  // one line of it is shown
  Style style = Style::plain;
  std::string url;  // https; "" for no link
};

struct Block {
  enum class Form : std::uint8_t { paragraph, heading, bullet };
  Form form = Form::paragraph;
  std::vector<Span> spans;
};

using RichText = std::vector<Block>;

// At most about `most_bytes` bytes: blocks at the end that do not fit are left out, and "…" stands for them. Spans
// without a visible character are left out, and so are blocks of nothing else.
std::string render(const RichText& text, Markup markup, std::size_t most_bytes);

}  // namespace gatepost::report
