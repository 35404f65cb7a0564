// What a mapping reads from: one report's content as trees of plain views, whatever its notation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/note.hpp"
#include "base/result.hpp"
#include "doc/document.hpp"

namespace gatepost::ingest::mapping {

enum class SourceFormat : std::uint8_t { json, jsonl, json_stream, xml, csv, yaml, text, html };
std::string_view to_string(SourceFormat format);  // as mappings write it: "json-stream"

// How much of a file is looked at. The beginning is enough to recognise what is written in lines or values one after
// the other; of a document it is all of it.
enum class Extent : std::uint8_t { beginning, whole };

struct Source {
  std::vector<doc::Document> documents;  // own what the roots show; of json the Candidate does
  // json: the document. jsonl, json-stream, yaml: each of them. xml, html: the root element, as doc::parse_xml and
  // doc::parse_html show it.
  // csv: a list of rows, which are objects by column. text: a list of lines.
  std::vector<doc::View> roots;
  SourceFormat format = SourceFormat::json;
  std::string place;                  // of what the roots are members of, when their document does not tell
  std::vector<std::string> header;    // of csv
  bool in_pages = false;              // of what the documents show only parts lie in memory
  bool truncated = false;             // the text ends in the middle: the roots hold what is whole
  std::vector<Note> notes;            // what the parser put up with
  std::vector<std::string> rejected;  // lines, rows and documents that cannot be read, "line 3: why"; the first 20
  std::size_t rejected_count = 0;
};

// Reads all formats but json. `text` is valid UTF-8 or what is nearly that; `columns` only mean something to csv.
Result<Source> read_source(SourceFormat format, std::string text, const std::string& name,
                           std::span<const std::string> columns, const Limits& limits);
// The same of a large file, of which only parts lie in memory (doc/pages.hpp): texts in it are to be copied at once.
// Nothing when it is not taken, or there is no such reader: then read_source tells what it is.
std::optional<Source> read_source_in_pages(SourceFormat format, const Bytes& bytes, const std::string& name,
                                           std::span<const std::string> columns, const Limits& limits);
// False when what begins like `head` (behind a byte order mark and blanks) is plainly nothing of this format, so that
// it need not be tried.
bool may_be(SourceFormat format, std::string_view head);

}  // namespace gatepost::ingest::mapping
