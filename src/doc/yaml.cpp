#include "doc/yaml.hpp"

#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"

namespace gatepost::doc {
namespace {

// Thrown through yaml-cpp's parser by the handler below; never leaves this file.
struct Refused {
  std::string where;
  std::string what;
};

constexpr std::string_view kNoAliases = "aliases (\"*name\") are not supported; write the value out";

std::string place_text(const YAML::Mark& mark, std::uint32_t line_offset = 0) {
  return mark.is_null()
             ? fmt::format("{}:1", line_offset + 1)
             : fmt::format("{}:{}", static_cast<std::uint32_t>(mark.line) + line_offset + 1, mark.column + 1);
}

bool is_number(std::string_view s) {
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) s.remove_prefix(1);
  bool digits = false, point = false, exponent = false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (text::is_digit(s[i])) {
      digits = true;
    } else if (s[i] == '.' && !point && !exponent) {
      point = true;
    } else if ((s[i] == 'e' || s[i] == 'E') && digits && !exponent) {
      exponent = true;
      if (i + 1 < s.size() && (s[i + 1] == '-' || s[i + 1] == '+')) ++i;
      if (i + 1 == s.size()) return false;
    } else {
      return false;
    }
  }
  const bool leading_zero = s.size() > 1 && s[0] == '0' && text::is_digit(s[1]);
  return digits && !leading_zero;
}

Kind plain_kind(std::string_view s) {
  if (s.empty() || s == "~" || s == "null" || s == "Null" || s == "NULL") return Kind::null;
  if (s == "true" || s == "True" || s == "TRUE" || s == "false" || s == "False" || s == "FALSE") return Kind::boolean;
  return is_number(s) ? Kind::number : Kind::string;
}

class Handler : public YAML::EventHandler {
 public:
  Handler(TreeBuilder& tree, const Limits& limits) : tree_(tree), limits_(limits) {}
  // Of a file that another tool owns; `line_offset` lines of it come before the text.
  Handler(TreeBuilder& tree, const Limits& limits, std::uint32_t line_offset)
      : tree_(tree), limits_(limits), lenient_(true), line_offset_(line_offset) {}

  void OnDocumentStart(const YAML::Mark& mark) override { first_ = mark; }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (key_is_next()) throw Refused{place_text(mark, line_offset_), "a key must be a text; put it in quotes"};
    scalar(mark, anchor, Kind::null, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    if (lenient_ && !key_is_next()) return scalar(mark, 0, Kind::null, "");
    throw Refused{place_text(mark, line_offset_), std::string(kNoAliases)};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    const Kind kind = tag == "?" ? plain_kind(value) : Kind::string;
    scalar(mark, anchor, kind, kind == Kind::boolean ? text::lower(value) : value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(mark, anchor, Kind::array);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(mark, anchor, Kind::object);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] const YAML::Mark& first() const { return first_; }  // where the document begins
  // Where the innermost list or mapping begins that is still open; what `otherwise` says when none is.
  [[nodiscard]] YAML::Mark innermost(const YAML::Mark& otherwise) const {
    return levels_.empty() ? otherwise : levels_.back().begin;
  }

 private:
  // In a mapping, keys and values take turns.
  struct Level {
    bool mapping = false;
    bool key_is_next = true;
    YAML::Mark begin;
    std::unordered_map<std::string, std::string> seen;  // key -> where
  };

  // yaml-cpp calls a plain value "?" and a quoted one "!".
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (lenient_ || tag.empty() || tag == "?" || tag == "!") return;
    throw Refused{place_text(mark, line_offset_), fmt::format("tag \"{}\" is not supported", text::printable(tag))};
  }

  [[nodiscard]] std::uint64_t place(const YAML::Mark& mark) const {
    return TreeBuilder::line_and_column(static_cast<std::uint32_t>(mark.line + 1) + line_offset_,
                                        static_cast<std::uint32_t>(mark.column + 1));
  }

  [[nodiscard]] bool key_is_next() const {
    return !levels_.empty() && levels_.back().mapping && levels_.back().key_is_next;
  }

  void begin_value(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0 && !lenient_)
      throw Refused{place_text(mark, line_offset_), "anchors (\"&name\") are not supported"};
    if (levels_.empty() || !levels_.back().mapping) return;
    if (levels_.back().key_is_next)
      throw Refused{place_text(mark, line_offset_), "a key must be a text; lists and mappings cannot be keys"};
    levels_.back().key_is_next = true;
  }

  void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, Kind kind, const std::string& value) {
    // The library makes single bytes of "\N" and "\_".
    if (!text::is_utf8(value))
      throw Refused{place_text(mark, line_offset_), "an escape that is not supported; use \\u and four digits"};
    if (key_is_next() && (anchor == 0 || lenient_)) return key(mark, value);
    begin_value(mark, anchor);
    tree_.scalar(kind, tree_.keep(value), place(mark));
  }

  void key(const YAML::Mark& mark, const std::string& name) {
    Level& level = levels_.back();
    if (name == "<<" && !lenient_)
      throw Refused{place_text(mark, line_offset_), "merge keys (\"<<\") are not supported"};
    const auto [earlier, fresh] = level.seen.try_emplace(name, place_text(mark, line_offset_));
    if (!fresh && !lenient_) {
      throw Refused{place_text(mark, line_offset_),
                    fmt::format("key \"{}\" was already given at {}", text::printable(name), earlier->second)};
    }
    tree_.key(tree_.keep(name), place(mark));
    level.key_is_next = false;
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Kind kind) {
    begin_value(mark, anchor);
    if (levels_.size() >= limits_.depth) {
      throw Refused{place_text(mark, line_offset_),
                    fmt::format("nested deeper than the limit of {} levels", limits_.depth)};
    }
    levels_.push_back({.mapping = kind == Kind::object, .begin = mark, .seen = {}});
    tree_.open(kind, place(mark));
  }

  void close() {
    levels_.pop_back();
    tree_.close();
  }

  TreeBuilder& tree_;
  const Limits& limits_;
  bool lenient_ = false;
  std::uint32_t line_offset_ = 0;
  std::vector<Level> levels_;
  YAML::Mark first_;
};

// The library's most frequent sentences in words that say what to do.
const std::pair<std::string_view, std::string_view> kReasons[] = {
    {YAML::ErrorMsg::MAP_VALUE, "a \":\" where no value can begin; put a text that contains \": \" in quotes"},
    {YAML::ErrorMsg::MAP_KEY, "a key where none can begin; check the indentation"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a list entry (\"- \") where none can begin; check the indentation"},
    {YAML::ErrorMsg::END_OF_MAP, "does not fit what stands before it; check the indentation and the quotes"},
    {YAML::ErrorMsg::END_OF_SEQ, "does not fit what stands before it; check the indentation and the quotes"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a \"{\" is not closed"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a \"[\" is not closed"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "a quoted text is not closed"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "a text cannot begin with this character; put it in quotes"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, kNoAliases},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab cannot indent; use blanks"},
};

std::string plain_reason(const YAML::Exception& failure) {
  for (const auto& [known, reason] : kReasons) {
    if (failure.msg == known) return std::string(reason);
  }
  return text::printable(failure.msg, 200);
}

// The line of this number, from 1.
std::string_view line_of(std::string_view text, int line) {
  for (; line > 1 && !text.empty(); --line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find('\n'));
}

// True when the line (1-based) is indented with a tab, which the library complains about in its own ways.
bool indented_with_tab(std::string_view text, int line) {
  const std::string_view all = line_of(text, line);
  return all.substr(0, all.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

// True when a bracket or a quote stands in the middle of a word, as in [$.a[0] == 'b']: an expression, which YAML cuts
// there.
bool has_unquoted_brackets(std::string_view line) {
  for (std::size_t i = 1; i < line.size(); ++i) {
    const bool in_word = text::is_alnum(line[i - 1]) || line[i - 1] == '(' || line[i - 1] == '$' || line[i - 1] == '.';
    if (in_word && (line[i] == '[' || line[i] == '{' || line[i] == '\'' || line[i] == '"')) return true;
    if (line[i] == '"' || line[i] == '\'') i = std::min(line.find(line[i], i + 1), line.size() - 1);
  }
  return false;
}

std::string refusal_of(const YAML::Exception& failure, const Handler& handler, std::string_view text,
                       std::uint32_t line_offset = 0) {
  // For what is not closed the library names no useful place.
  const bool open = failure.msg == YAML::ErrorMsg::END_OF_MAP_FLOW || failure.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW;
  const YAML::Mark mark = open || failure.mark.is_null() ? handler.innermost(failure.mark) : failure.mark;
  const bool tab = !mark.is_null() && indented_with_tab(text, mark.line + 1);
  const bool unquoted = open && !mark.is_null() && has_unquoted_brackets(line_of(text, mark.line + 1));
  return fmt::format(
      "{}: {}{}", place_text(mark, line_offset), tab ? "a tab cannot indent; use blanks" : plain_reason(failure),
      unquoted && !tab ? "; a text that has a bracket or a quote in it stands in quotes: [\"$.a[0]\"]" : "");
}

// What YAML does not allow anywhere, found before the library sees it.
std::optional<std::string> refused_by_its_bytes(std::string_view text) {
  const auto refuse = [&](std::size_t offset, std::string_view why) {
    const Position at = position_of(text, offset);
    return fmt::format("{}:{}: {}", at.line, at.column, why);
  };
  if (const auto broken = text::first_invalid_utf8(text)) return refuse(*broken, "invalid UTF-8");
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  };
  const auto control = std::ranges::find_if(text, is_control);
  if (control == text.end()) return std::nullopt;
  return refuse(static_cast<std::size_t>(control - text.begin()),
                fmt::format("control character {}", text::printable({&*control, 1})));
}

// A second document, or what looks like one to the library because it fits nowhere.
std::string second_document(std::string_view text, const YAML::Mark& mark) {
  const std::size_t line_begin = text.rfind('\n', static_cast<std::size_t>(std::max(mark.pos, 1) - 1)) + 1;
  const bool announced = text.substr(0, static_cast<std::size_t>(mark.pos)).ends_with("---") ||
                         text.substr(std::min(line_begin, text.size())).starts_with("---");
  return fmt::format("{}: {}", place_text(mark),
                     announced ? "a second document begins; expected one"
                               : "does not fit what stands before it; check the indentation and the quotes");
}

}  // namespace

Result<Document> parse_yaml(std::string text, std::string name, const Limits& limits) {
  const auto refuse = [&](const std::string& why) { return error(ErrorKind::config, fmt::format("{}:{}", name, why)); };
  if (text.size() > limits.yaml_bytes) {
    return refuse(fmt::format(" larger than the limit of {} bytes", limits.yaml_bytes));
  }
  if (const auto why = refused_by_its_bytes(text)) return refuse(*why);
  TreeBuilder tree(name, std::move(text), false);
  Handler handler(tree, limits);
  try {
    std::istringstream input{std::string(tree.source())};
    YAML::Parser parser(input);
    parser.HandleNextDocument(handler);
    TreeBuilder rest(name, {}, false);
    Handler another(rest, limits);
    if (parser.HandleNextDocument(another)) return refuse(second_document(tree.source(), another.first()));
  } catch (const Refused& refused) {
    return refuse(fmt::format("{}: {}", refused.where, refused.what));
  } catch (const YAML::Exception& failure) {
    return refuse(refusal_of(failure, handler, tree.source()));
  }
  return tree.finish();
}

namespace {

bool begins_document(std::string_view line) {
  return line.starts_with("---") && (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

// Nothing but blanks, comments and directives.
bool is_empty_part(std::string_view part) {
  for (const std::string_view line : text::split(part, '\n')) {
    const std::string_view rest = text::trim(line);
    if (!rest.empty() && rest != "---" && rest != "..." && rest[0] != '#' && line[0] != '%') return false;
  }
  return true;
}

// A part of a file, which has at most one document.
void parse_part(std::string_view part, std::uint32_t line_offset, const std::string& name, const Limits& limits,
                YamlDocuments& out) {
  if (is_empty_part(part)) return;
  TreeBuilder tree(name, std::string(part), false);
  Handler handler(tree, limits, line_offset);
  const auto refuse = [&](const std::string& why) { out.problems.push_back(fmt::format("{}:{}", name, why)); };
  try {
    std::istringstream input{std::string(tree.source())};
    YAML::Parser parser(input);
    parser.HandleNextDocument(handler);
  } catch (const Refused& refused) {
    return refuse(fmt::format("{}: {}", refused.where, refused.what));
  } catch (const YAML::Exception& failure) {
    return refuse(refusal_of(failure, handler, tree.source(), line_offset));
  }
  if (tree.size() == 0) return;
  Document document = tree.finish();
  if (!document.root().is_null()) out.documents.push_back(std::move(document));
}

}  // namespace

YamlDocuments parse_yaml_documents(std::string_view text, const std::string& name, const Limits& limits) {
  YamlDocuments out;
  if (text.size() > limits.yaml_bytes) {
    out.problems.push_back(fmt::format("{}: larger than the limit of {} bytes", name, limits.yaml_bytes));
    return out;
  }
  if (const auto why = refused_by_its_bytes(text)) {
    out.problems.push_back(fmt::format("{}:{}", name, *why));
    return out;
  }
  std::size_t begin = 0;
  std::uint32_t line = 0, first_line = 0;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (at > begin && begins_document(text.substr(at, end - at))) {
      parse_part(text.substr(begin, at - begin), first_line, name, limits, out);
      begin = at;
      first_line = line;
    }
    at = end + 1;
  }
  parse_part(text.substr(begin), first_line, name, limits, out);
  return out;
}

}  // namespace gatepost::doc
