#include "ingest/spreadsheet.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "doc/xml.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::string_view kBook = "xl/workbook.xml";

const ArchiveMember* find(const std::vector<ArchiveMember>& members, std::string_view name) {
  const auto found = std::ranges::lower_bound(members, name, {}, &ArchiveMember::name);
  return found == members.end() || found->name != name ? nullptr : &*found;
}

// A part that is not there is an empty document.
Result<doc::Document> parse_part(const std::vector<ArchiveMember>& members, std::string_view name,
                                 const Limits& limits) {
  const ArchiveMember* const member = find(members, name);
  std::string text = "<nothing/>";
  if (member != nullptr) {
    GP_TRY(text, member->bytes.all(limits.document_bytes));
  }
  GP_TRY(auto xml, doc::parse_xml(std::move(text), std::string(name), limits));
  if (xml.truncated) return error(ErrorKind::bad_input, fmt::format("{}: ends in the middle", name));
  return std::move(xml.document);
}

// The only child with this tag.
doc::View child(doc::View element, std::string_view tag) { return element.at(tag).at(std::size_t{0}); }

// The text of a shared or inline string: its own, or that of its runs.
std::string text_of(doc::View element) {
  std::string text(child(element, "t").at("#text").text());
  for (const doc::View run : element.at("r").items()) text += child(run, "t").at("#text").text();
  return text;
}

// "AB12" is column 27; empty when it names none.
std::optional<std::size_t> column_of(std::string_view reference) {
  constexpr std::size_t kMostLetters = 3, kLetters = 26;
  std::size_t column = 0, letters = 0;
  for (; letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z'; ++letters)
    column = column * kLetters + static_cast<std::size_t>(reference[letters] - 'A') + 1;
  if (letters == 0 || letters > kMostLetters) return std::nullopt;
  return column - 1;
}

std::string value_of(doc::View cell, const std::vector<std::string>& shared) {
  const std::string_view type = cell.at("@t").text(), value = child(cell, "v").at("#text").text();
  if (type == "inlineStr") return text_of(child(cell, "is"));
  if (type == "b") return value == "1" ? "true" : "false";
  if (type != "s") return std::string(value);
  const auto index = text::parse_number(value);
  return index && *index < shared.size() ? shared[*index] : std::string();
}

// Between the last cell of the row and the one in this column; `next` is the column behind the last, 0 at the
// beginning.
std::size_t commas_before(std::size_t column, std::size_t next) {
  if (next == 0) return column;
  return column < next ? 1 : column - next + 1;
}

// A row as a line of CSV. A cell without a place stands behind the one before.
Status add_row(doc::View row, const std::vector<std::string>& shared, const Limits& limits, std::string& csv) {
  std::size_t next = 0;
  for (const doc::View cell : row.at("c").items()) {
    const std::size_t column = column_of(cell.at("@r").text()).value_or(next);
    if (column >= limits.cells)
      return error(ErrorKind::bad_input, fmt::format("more than the limit of {} cells in one row", limits.cells));
    csv.append(commas_before(column, next), ',');
    csv += '"' + text::replace_all(value_of(cell, shared), "\"", "\"\"") + '"';
    next = column + 1;
  }
  csv += '\n';
  if (csv.size() <= limits.document_bytes) return Done{};
  return error(ErrorKind::bad_input,
               fmt::format("a sheet larger than the limit of {} bytes for one document", limits.document_bytes));
}

Result<std::string> csv_of(const std::vector<ArchiveMember>& members, std::string_view part,
                           const std::vector<std::string>& shared, const Limits& limits) {
  GP_TRY(const auto sheet, parse_part(members, part, limits));
  std::string csv;
  for (const doc::View row : child(sheet.root(), "sheetData").at("row").items())
    GP_CHECK(add_row(row, shared, limits, csv));
  return csv;
}

Result<std::vector<std::string>> shared_strings(const std::vector<ArchiveMember>& members, const Limits& limits) {
  GP_TRY(const auto document, parse_part(members, "xl/sharedStrings.xml", limits));
  std::vector<std::string> shared;
  for (const doc::View string : document.root().at("si").items()) shared.push_back(text_of(string));
  return shared;
}

// The part that a relation of the book names: "worksheets/sheet1.xml" lies beside the book, "/xl/x.xml" is whole.
std::string part_of(doc::View relations, std::string_view id) {
  for (const doc::View relation : relations.at("Relationship").items()) {
    if (relation.at("@Id").text() != id) continue;
    const std::string_view target = relation.at("@Target").text();
    return target.starts_with('/') ? std::string(target.substr(1)) : "xl/" + std::string(target);
  }
  return {};
}

Result<std::vector<ArchiveMember>> read_book(const std::vector<ArchiveMember>& members, const Limits& limits) {
  constexpr std::size_t kMostSheets = 100;
  GP_TRY(const auto book, parse_part(members, kBook, limits));
  GP_TRY(const auto relations, parse_part(members, "xl/_rels/workbook.xml.rels", limits));
  GP_TRY(const auto shared, shared_strings(members, limits));
  std::vector<ArchiveMember> sheets;
  std::uint64_t all = 0;
  for (const doc::View sheet : child(book.root(), "sheets").at("sheet").items()) {
    const std::string part = part_of(relations.root(), sheet.at("@id").text());
    if (find(members, part) == nullptr) continue;
    if (sheets.size() == kMostSheets)
      return error(ErrorKind::bad_input, fmt::format("more than the limit of {} sheets", kMostSheets));
    GP_TRY(std::string csv, csv_of(members, part, shared, limits));
    all += csv.size();
    if (all > limits.archive_bytes) {
      return error(ErrorKind::bad_input,
                   fmt::format("sheets larger than the limit of {} bytes for one archive", limits.archive_bytes));
    }
    sheets.push_back({std::string(sheet.at("@name").text()), Bytes::of(std::move(csv))});
  }
  return sheets;
}

}  // namespace

std::optional<Result<std::vector<ArchiveMember>>> sheets_of(const std::vector<ArchiveMember>& members,
                                                            const Limits& limits) {
  if (find(members, kBook) == nullptr || find(members, "[Content_Types].xml") == nullptr) return std::nullopt;
  return read_book(members, limits);
}

}  // namespace gatepost::ingest
