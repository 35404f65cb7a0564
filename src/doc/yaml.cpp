#include "doc/yaml.hpp"

#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>
#include <unordered_map>

#include "base/text.hpp"

namespace gatepost::doc {
namespace {

// Thrown through yaml-cpp's parser by the handler below; never leaves this file.
struct Refused {
  std::string where;
  std::string what;
};

std::string place_text(const YAML::Mark& mark) { return fmt::format("{}:{}", mark.line + 1, mark.column + 1); }

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

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { scalar(mark, anchor, Kind::null, ""); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{place_text(mark), "aliases (\"*name\") are not supported; write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool plain = tag == "?";
    if (!plain && tag != "!" && !tag.empty()) {
      throw Refused{place_text(mark), fmt::format("tag \"{}\" is not supported", text::printable(tag))};
    }
    Kind kind = plain ? plain_kind(value) : Kind::string;
    scalar(mark, anchor, kind, kind == Kind::boolean ? text::lower(value) : value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, Kind::array);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, Kind::object);
  }
  void OnMapEnd() override { close(); }

 private:
  // In a mapping, keys and values take turns.
  struct Level {
    bool mapping = false;
    bool key_is_next = true;
    std::unordered_map<std::string, std::string> seen;  // key -> where
  };

  static std::uint64_t place(const YAML::Mark& mark) {
    return TreeBuilder::line_and_column(static_cast<std::uint32_t>(mark.line + 1),
                                        static_cast<std::uint32_t>(mark.column + 1));
  }

  void begin_value(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) throw Refused{place_text(mark), "anchors (\"&name\") are not supported"};
    if (levels_.empty() || !levels_.back().mapping) return;
    if (levels_.back().key_is_next) throw Refused{place_text(mark), "a key must be a text"};
    levels_.back().key_is_next = true;
  }

  void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, Kind kind, const std::string& value) {
    if (!levels_.empty() && levels_.back().mapping && levels_.back().key_is_next && anchor == 0) {
      return key(mark, value);
    }
    begin_value(mark, anchor);
    tree_.scalar(kind, tree_.keep(value), place(mark));
  }

  void key(const YAML::Mark& mark, const std::string& name) {
    Level& level = levels_.back();
    if (name == "<<") throw Refused{place_text(mark), "merge keys (\"<<\") are not supported"};
    const auto [earlier, fresh] = level.seen.try_emplace(name, place_text(mark));
    if (!fresh) {
      throw Refused{place_text(mark),
                    fmt::format("key \"{}\" was already given at {}", text::printable(name), earlier->second)};
    }
    tree_.key(tree_.keep(name), place(mark));
    level.key_is_next = false;
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Kind kind) {
    begin_value(mark, anchor);
    if (levels_.size() >= limits_.depth) {
      throw Refused{place_text(mark), fmt::format("nested deeper than the limit of {} levels", limits_.depth)};
    }
    levels_.push_back({.mapping = kind == Kind::object});
    tree_.open(kind, place(mark));
  }

  void close() {
    levels_.pop_back();
    tree_.close();
  }

  TreeBuilder& tree_;
  const Limits& limits_;
  std::vector<Level> levels_;
};

// yaml-cpp's sentences, with its "bad file" for too deep nesting put right.
std::string plain_reason(const YAML::Exception& failure) {
  if (dynamic_cast<const YAML::BadFile*>(&failure) != nullptr) return "nested too deeply";
  return text::printable(failure.msg, 200);
}

}  // namespace

Result<Document> parse_yaml(std::string text, std::string name, const Limits& limits) {
  const auto refuse = [&](const std::string& why) { return error(ErrorKind::config, fmt::format("{}:{}", name, why)); };
  if (text.size() > limits.yaml_bytes) {
    return refuse(fmt::format(" larger than the limit of {} bytes", limits.yaml_bytes));
  }
  if (const auto broken = text::first_invalid_utf8(text)) {
    const Position at = position_of(text, *broken);
    return refuse(fmt::format("{}:{}: invalid UTF-8", at.line, at.column));
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
    const Position at = position_of(text, nul);
    return refuse(fmt::format("{}:{}: NUL byte", at.line, at.column));
  }
  TreeBuilder tree(name, std::move(text), false);
  try {
    std::istringstream input{std::string(tree.source())};
    YAML::Parser parser(input);
    Handler handler(tree, limits);
    parser.HandleNextDocument(handler);
    TreeBuilder second(name, {}, false);
    Handler another(second, limits);
    if (parser.HandleNextDocument(another)) return refuse(" more than one document; expected one");
  } catch (const Refused& refused) {
    return refuse(fmt::format("{}: {}", refused.where, refused.what));
  } catch (const YAML::Exception& failure) {
    const bool nowhere = failure.mark.is_null();
    return refuse(fmt::format("{}: {}", nowhere ? "1:1" : place_text(failure.mark), plain_reason(failure)));
  }
  return tree.finish();
}

}  // namespace gatepost::doc
