#include "ingest/mapping/filters.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include "base/base64.hpp"
#include "base/regex.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "doc/entities.hpp"
#include "ingest/mapping/drawn.hpp"
#include "ingest/mapping/markup.hpp"
#include "model/cwe.hpp"
#include "model/repo_path.hpp"

namespace gatepost::ingest::mapping {
namespace {

using Arguments = std::vector<std::string>;
using Make = Result<Filter> (*)(const Arguments&);

// Of each item of a list, or of a single value.
template <class Each>
void for_texts(const Value& value, Each each) {
  std::string scratch;
  value.each_item([&](const Value& item) {
    each(item.text(scratch));
    return true;
  });
}

// A filter of texts is asked of each item of a list.
template <class Change>
Filter of_text(Change change) {
  return [change](const Value& value) -> Value {
    if (value.is_null()) return {};
    std::string scratch;
    if (value.type() != Value::Type::list || value.size() == 1) return change(value.text(scratch));
    List changed;
    value.each_item([&](const Value& item) {
      if (Value result = change(item.text(scratch)); !result.is_null()) changed.push_back(std::move(result));
      return true;
    });
    return Value(std::move(changed));
  };
}

template <class Change>
Result<Filter> plain(Change change) {
  return Filter(change);
}

using SharedRegex = std::shared_ptr<const Regex>;
Result<SharedRegex> regex_of(const std::string& pattern) {
  GP_TRY(Regex regex, Regex::compile(pattern));
  return SharedRegex(std::make_shared<const Regex>(std::move(regex)));
}

// The first group of the first match, or all of it; null without a match.
Value first_match(const Regex& regex, std::string_view text) {
  const auto groups = regex.match(text);
  if (!groups) return {};
  return Value(std::string((*groups)[groups->size() > 1 ? 1 : 0]));
}

Result<Filter> make_regex(const Arguments& arguments) {
  GP_TRY(const SharedRegex regex, regex_of(arguments[0]));
  return of_text([regex](std::string_view text) { return first_match(*regex, text); });
}

Result<Filter> make_matches(const Arguments& arguments) {
  GP_TRY(const SharedRegex regex, regex_of(arguments[0]));
  return plain([regex](const Value& value) {
    // Most lists are the report's own, of texts: nothing of them is copied.
    if (const auto view = value.view(); view && !view->is_object()) {
      const auto fits = [&](doc::View item) {
        const bool scalar = !item.is_object() && !item.is_array();
        return scalar ? !item.is_null() && regex->found_in(item.scalar()) : regex->found_in(Value(item).text());
      };
      return Value(view->is_array() ? std::ranges::any_of(view->items(), fits) : fits(*view));
    }
    const List items = value.items();
    std::string scratch;
    return Value(std::ranges::any_of(items, [&](const Value& item) { return regex->found_in(item.text(scratch)); }));
  });
}

List all_matches(const Regex& regex, const Value& value) {
  List found;
  for_texts(value, [&](std::string_view text) {
    for (const std::string_view match : regex.find_all(text)) found.emplace_back(std::string(match));
  });
  return found;
}

Result<Filter> make_findall(const Arguments& arguments) {
  GP_TRY(const SharedRegex regex, regex_of(arguments[0]));
  return plain([regex](const Value& value) { return Value(all_matches(*regex, value)); });
}

Result<Filter> make_cve(const Arguments&) {
  GP_TRY(const SharedRegex regex, regex_of("(?i)CVE-[0-9]{4}-[0-9]{4,}"));
  return plain([regex](const Value& value) { return Value(all_matches(*regex, value)); });
}

Result<Filter> make_replace(const Arguments& arguments) {
  GP_TRY(const SharedRegex regex, regex_of(arguments[0]));
  return of_text([regex, to = arguments[1]](std::string_view text) { return Value(regex->replace_all(text, to)); });
}

Result<Filter> make_split(const Arguments& arguments) {
  if (arguments[0].empty()) return error(ErrorKind::config, "split(…) needs a separator");
  return plain([separator = arguments[0]](const Value& value) {
    List parts;
    for_texts(value, [&](std::string_view text) {
      for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        const std::string_view part = text::trim(text.substr(begin, end - begin));
        if (!part.empty()) parts.emplace_back(std::string(part));
        begin = end + separator.size();
      }
    });
    return Value(std::move(parts));
  });
}

Result<Filter> make_join(const Arguments& arguments) {
  return plain([separator = arguments[0]](const Value& value) -> Value {
    std::string joined;
    for_texts(value, [&](std::string_view text) {
      if (!text.empty()) joined.append(joined.empty() ? "" : separator).append(text);
    });
    if (joined.empty()) return {};
    return Value(std::move(joined));
  });
}

Result<Filter> make_before(const Arguments& arguments) {
  return of_text(
      [mark = arguments[0]](std::string_view text) { return Value(std::string(text.substr(0, text.find(mark)))); });
}

Result<Filter> make_after(const Arguments& arguments) {
  return of_text([mark = arguments[0]](std::string_view text) -> Value {
    const std::size_t at = text.find(mark);
    if (at == std::string::npos) return {};
    return Value(std::string(text.substr(at + mark.size())));
  });
}

Result<Filter> make_add(const Arguments& arguments) {
  const auto more = Value(arguments[0]).number();
  if (!more) return error(ErrorKind::config, "add(…) needs a number");
  return plain([more = *more](const Value& value) -> Value {
    const auto number = value.number();
    if (!number) return {};
    return Value(*number + more);
  });
}

Result<Filter> make_date(const Arguments&) {
  return of_text([](std::string_view text) -> Value {
    const auto time = parse_timestamp(text);
    if (!time) return {};
    return Value(to_string(*time));
  });
}

Value cwes_in(const Value& value) {
  List numbers;
  for_texts(value, [&](std::string_view text) {
    const auto cwe = parse_cwe(text);
    if (cwe) numbers.emplace_back(static_cast<double>(cwe->number));
  });
  return Value(std::move(numbers));
}

Value unique(const Value& value) {
  std::set<std::string> seen;
  List kept;
  for (Value& item : value.items()) {
    if (seen.insert(item.text()).second) kept.push_back(std::move(item));
  }
  return Value(std::move(kept));
}

Value flat(const Value& value) {
  List all;
  for (const Value& item : value.items()) {
    List inner = item.items();
    std::move(inner.begin(), inner.end(), std::back_inserter(all));
  }
  return Value(std::move(all));
}

// The item with the greatest or smallest number.
Value extreme(const Value& value, bool greatest) {
  Value best;
  for (Value& item : value.items()) {
    if (!item.number()) continue;
    const bool better =
        best.is_null() || (greatest ? *item.number() > *best.number() : *item.number() < *best.number());
    if (better) best = std::move(item);
  }
  return best;
}

Value last_of(const Value& value) { return value.item(-1); }
Value first_item(const Value& value) {
  for (Value& item : value.items()) {
    if (!item.is_empty()) return item;
  }
  return {};
}

Value values_of(const Value& value) {
  List values;
  for (const Value& entry : value.entries()) values.push_back(entry.member("value"));
  return Value(std::move(values));
}

Value keys_of(const Value& value) {
  List keys;
  for (const Value& entry : value.entries()) keys.push_back(entry.member("key"));
  return Value(std::move(keys));
}

Value as_number(const Value& value) {
  const auto number = value.number();
  return number ? Value(*number) : Value();
}

// Whole numbers; of "12-15" and "12,3" the first, as tools write ranges of lines.
Value as_integer(const Value& value) {
  if (const auto number = value.number()) return Value(static_cast<double>(static_cast<std::int64_t>(*number)));
  const std::string text = value.text();
  std::size_t end = 0;
  while (end < text.size() && text::is_digit(text[end])) ++end;
  constexpr std::size_t kMostDigits = 15;
  if (end == 0 || end > kMostDigits) return {};
  return as_number(Value(text.substr(0, end)));
}

Value upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return Value(std::move(upper));
}

Value decoded(std::string_view text) {
  auto bytes = base64_decode(text);
  return bytes ? Value(text::to_utf8(*bytes)) : Value();
}

// A row is a list of texts.
Value rows_drawn(const Value& value) {
  std::string lines;
  for (const Value& item : value.items()) lines += item.text() + "\n";
  List rows;
  for (std::vector<std::string>& row : drawn_rows(lines)) {
    List cells;
    for (std::string& cell : row) cells.emplace_back(std::move(cell));
    rows.emplace_back(std::move(cells));
  }
  return Value(std::move(rows));
}

Value base_name(std::string_view text) { return Value(std::string(text.substr(text.find_last_of("/\\") + 1))); }

template <Value::Type type>
Result<Filter> make_is(const Arguments&) {
  return plain([](const Value& value) { return Value(value.type() == type); });
}

template <Value (*change)(const Value&)>
Result<Filter> make_plain(const Arguments&) {
  return plain(change);
}

template <Value (*change)(std::string_view)>
Result<Filter> make_text(const Arguments&) {
  return of_text(change);
}

struct Entry {
  FilterHelp help;
  std::size_t arguments;
  Make make;
};

// In the order of the alphabet.
constexpr std::array<Entry, 41> kFilters = {{
    {{"add", "number", "a number plus a number: of columns that begin at 0"}, 1, make_add},
    {{"after", "'mark'", "what stands behind the first mark; null without one"}, 1, make_after},
    {{"base64", "", "what base64 stands for; null when it is none"}, 0, make_text<decoded>},
    {{"basename", "", "the last part of a path"}, 0, make_text<base_name>},
    {{"before", "'mark'", "what stands before the first mark, or all"}, 1, make_before},
    {{"cve", "", "list of the CVE ids in the text"}, 0, make_cve},
    {{"cwe", "", "list of CWE numbers: of 79, \"CWE-79\", \"CWE-79: …\""}, 0, make_plain<cwes_in>},
    {{"date", "", "a time in any usual form as RFC 3339; null when it is none"}, 0, make_date},
    {{"drawn_rows", "", "rows of tables drawn with │ and ─: a list of cells each, of cells that were merged too"},
     0,
     make_plain<rows_drawn>},
    {{"entries", "", "members of an object as a list of {key, value}"},
     0,
     make_plain<[](const Value& value) { return Value(value.entries()); }>},
    {{"findall", "'regex'", "list of all matches: the first group, or the whole"}, 1, make_findall},
    {{"first", "", "the first item that is not empty"}, 0, make_plain<first_item>},
    {{"flat", "", "lists in the list are replaced by their items"}, 0, make_plain<flat>},
    {{"html", "", "HTML as plain text: tags dropped, entities resolved"},
     0,
     make_text<[](std::string_view text) { return Value(text_of_html(text)); }>},
    {{"int", "", "whole number; of \"12-15\" the first"}, 0, make_plain<as_integer>},
    {{"is_list", "", "true for a list"}, 0, make_is<Value::Type::list>},
    {{"is_number", "", "true for a number, not for a text that looks like one"}, 0, make_is<Value::Type::number>},
    {{"is_object", "", "true for an object"}, 0, make_is<Value::Type::object>},
    {{"is_text", "", "true for a text"}, 0, make_is<Value::Type::text>},
    {{"join", "'separator'", "texts of a list as one; null of an empty list"}, 1, make_join},
    {{"keys", "", "names of an object's members"}, 0, make_plain<keys_of>},
    {{"last", "", "the last item"}, 0, make_plain<last_of>},
    {{"len", "", "number of items, members or bytes"},
     0,
     make_plain<[](const Value& value) { return Value(static_cast<double>(value.size())); }>},
    {{"list", "", "a list: a single value becomes a list of one"},
     0,
     make_plain<[](const Value& value) { return Value(value.items()); }>},
    {{"lower", "", "A-Z in lower case"}, 0, make_text<[](std::string_view text) { return Value(text::lower(text)); }>},
    {{"matches", "'regex'", "true when the text, or an item of the list, has a match"}, 1, make_matches},
    {{"max", "", "the item with the greatest number"},
     0,
     make_plain<[](const Value& value) { return extreme(value, true); }>},
    {{"min", "", "the item with the smallest number"},
     0,
     make_plain<[](const Value& value) { return extreme(value, false); }>},
    {{"num", "", "number; null when it is none"}, 0, make_plain<as_number>},
    {{"regex", "'regex'", "the first match: its first group, or the whole; null without one"}, 1, make_regex},
    {{"replace", "'regex', 'text'", "every match replaced; \\1 is the first group"}, 2, make_replace},
    {{"reverse", "", "the list from its end"}, 0, make_plain<[](const Value& value) {
       List items = value.items();
       std::ranges::reverse(items);
       return Value(std::move(items));
     }>},
    {{"split", "'separator'", "parts of a text, blanks around them and empty ones dropped"}, 1, make_split},
    {{"str", "", "as text; of an XML element its text"},
     0,
     make_text<[](std::string_view text) { return Value(std::string(text)); }>},
    {{"tag", "", "name of an XML element"}, 0, make_plain<[](const Value& value) { return value.member("#tag"); }>},
    {{"trim", "", "without blanks and line ends around it"},
     0,
     make_text<[](std::string_view text) { return Value(std::string(text::trim(text))); }>},
    {{"unescape", "", "entities of HTML and XML resolved"},
     0,
     make_text<[](std::string_view text) { return Value(doc::without_entities(text)); }>},
    {{"uniq", "", "each item once, in the order of the list"}, 0, make_plain<unique>},
    {{"upper", "", "a-z in upper case"}, 0, make_text<upper_case>},
    {{"urldecode", "", "%41 as A"}, 0, make_text<[](std::string_view text) { return Value(percent_decode(text)); }>},
    {{"values", "", "values of an object's members"}, 0, make_plain<values_of>},
}};

}  // namespace

Result<Filter> make_filter(std::string_view name, const std::vector<std::string>& arguments) {
  const auto* const found = std::ranges::find(kFilters, name, [](const Entry& entry) { return entry.help.name; });
  if (found == kFilters.end()) {
    std::vector<std::string_view> known{"where", "select", "map", "thresholds"};
    for (const Entry& entry : kFilters) known.push_back(entry.help.name);
    const std::string close = text::nearest(name, known);
    return error(ErrorKind::config, fmt::format("there is no filter \"{}\"{}", text::printable(name, 60),
                                                close.empty() ? "" : fmt::format("; did you mean \"{}\"?", close)));
  }
  if (arguments.size() != found->arguments) {
    return error(ErrorKind::config, fmt::format("filter \"{}\" takes {}, not {}", name,
                                                text::count_of(found->arguments, "argument"), arguments.size()));
  }
  return found->make(arguments);
}

std::span<const FilterHelp> filter_help() {
  static const auto kHelp = [] {
    std::vector<FilterHelp> help;
    for (const Entry& entry : kFilters) help.push_back(entry.help);
    return help;
  }();
  return kHelp;
}

}  // namespace gatepost::ingest::mapping
