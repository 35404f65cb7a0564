// What a report format is to the rest of ingest. To add one in C++: a file under formats/ and a line in formats.def.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "doc/document.hpp"
#include "doc/shape.hpp"
#include "doc/xml.hpp"
#include "ingest/mapping/source.hpp"
#include "model/observation_table.hpp"

namespace gatepost::ingest::mapping {
struct Mapping;
}

namespace gatepost::ingest {

struct Options {
  Limits limits;
  unsigned threads = 1;
  std::string tool;                 // id of the only format to try; "" tries all
  Secret secret_key;                // for the HMAC of found secrets; empty: found secrets get no id
  Secret previous_secret_key = {};  // what they were marked with before; empty: there was none
  // Mappings beyond those of the binary, which they replace where ids are equal; may be nullptr.
  std::shared_ptr<const std::vector<mapping::Mapping>> mappings = nullptr;
};

// One report's bytes and the first looks at them. Parsing happens once, when somebody asks.
class Candidate {
 public:
  Candidate(std::string name, Bytes bytes, const Limits& limits);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  // Offset of the document in the bytes: behind a byte order mark, white space, or lines that a tool wrote before it.
  [[nodiscard]] std::uint64_t start() const { return start_; }
  [[nodiscard]] doc::Shape shape() const { return shape_; }  // of what begins at start()
  [[nodiscard]] bool text_before() const { return text_before_; }
  [[nodiscard]] std::string_view head() const { return head_; }  // the first 64 KiB from start()
  // The document as a tree; absent when it is not JSON (or XML), or too large for a tree. Of a JSON document that ends
  // in the middle whatever is whole: members of the document, items of its lists, members of its objects.
  // A large one is shown in parts (doc/json_paged.hpp): texts in it are to be copied at once.
  doc::View json();
  // The same, all of it in memory: texts live as long as the candidate.
  doc::View json_in_memory();
  doc::XmlView xml();
  // The document ends in the middle. After json().
  [[nodiscard]] bool truncated() const { return truncated_; }
  // The same tree, but of a document that ends in the middle all that is there, also half a record: to recognise it by.
  doc::View json_so_far();
  // Why json() or xml() is absent although the shape promised it; "" when it is not.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  // What the parser put up with.
  [[nodiscard]] std::span<const Note> parser_notes() const { return notes_; }

  // The content in the notation that a mapping wants; nullptr when it plainly is not of it. Each is parsed once.
  const mapping::Source* source(mapping::SourceFormat format, mapping::Extent extent = mapping::Extent::whole);
  // A CSV of which the header is the first row that has all these columns.
  const mapping::Source* csv(std::span<const std::string> columns, mapping::Extent extent = mapping::Extent::whole);
  // One of these that is read in pages, all of it in memory instead, for who looks here and there; the same one when it
  // is too large for that, or in memory anyway.
  const mapping::Source* in_memory(const mapping::Source* source, std::span<const std::string> columns = {});
  // True of JSON and XML that is read without a fault to its end, and so is a report of another notation by chance
  // only.
  bool is_whole_document();
  // Of a large JSON document: whether lists show only their beginnings, as is enough to recognise it by.
  void show_beginnings(bool only);
  // What the words behind the document say of how the tool ended: "a traceback"; "" when they do not. After json().
  [[nodiscard]] std::string_view crash() const { return crash_; }
  // The bytes changed while they were read.
  [[nodiscard]] bool changed() const { return json_ && json_->changed(); }
  // Frees all of these but one.
  void keep_only(const mapping::Source* source);
  // JSON behind a literal text: "scoutsuite_results =", "var data = ". Blanks around that text do not count, nor does a
  // semicolon behind the document.
  const mapping::Source* json_after(std::string_view prefix);
  // Why the last of these three that was absent was so: "not of this notation", or what the parser says.
  [[nodiscard]] const std::string& source_problem() const { return source_problem_; }
  // Says so when the bytes are other ones than were given: made of UTF-16, or without a byte order mark.
  [[nodiscard]] const std::optional<Note>& decoded() const { return decoded_; }

 private:
  std::string name_;
  Bytes bytes_;
  const Limits& limits_;
  std::string head_;
  std::uint64_t start_ = 0;
  doc::Shape shape_ = doc::Shape::empty;
  bool text_before_ = false;
  bool parsed_ = false;
  bool in_parts_ = false;
  std::string_view crash_;
  std::string problem_;
  void parse();
  bool parse_in_parts();
  void parse_in_memory();
  std::optional<doc::Document> parse_text(std::string text);
  std::optional<doc::Document> json_;
  std::optional<Result<doc::Document>> seen_;  // of a document that ends in the middle
  bool truncated_ = false;
  std::vector<Note> notes_;
  std::optional<doc::XmlDocument> xml_;

  struct Looked {
    std::optional<mapping::Source> source;
    std::string problem;
  };
  const mapping::Source* look(mapping::SourceFormat format, std::span<const std::string> columns,
                              mapping::Extent extent);
  static void keep(Result<mapping::Source> source, Looked& looked);
  const mapping::Source* shown(const Looked& looked);
  Result<mapping::Source> read(mapping::SourceFormat format, std::span<const std::string> columns,
                               mapping::Extent extent);
  [[nodiscard]] Result<std::string> first_lines() const;
  Result<mapping::Source> json_source();
  std::optional<mapping::Source> value_of_document(mapping::SourceFormat format);
  bool one_line_ = false;  // of a JSON document without replaced bytes: it stands in one line
  bool as_written_ = false;
  void decode();
  std::string beginning_;  // of the file, as head_ but with what stands before the document
  std::optional<Note> decoded_;
  std::map<std::string, Looked> sources_;
  std::string source_problem_;
};

// Where a reader puts what it finds: observations into the table, everything else into the report's ReportInfo.
class ReportWriter {
 public:
  ReportWriter(ObservationTable& table, std::uint32_t report, const Options& options);

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] ObservationTable& table() { return table_; }
  [[nodiscard]] std::uint32_t report() const { return report_; }

  void tool(std::string name, std::string version);
  // Of the scanner's advisories: a date, or a time; of anything else nothing is kept. Of several the oldest counts.
  void database(std::string_view stated);
  void engine(std::string_view engine);  // reported here, with or without findings
  // One record became this observation. `draft.report` is filled in; `at` is the record's pointer in the report.
  void add(Observation draft, std::string_view at);
  void reject(std::string_view at, std::string why);  // a record that cannot be read
  void skip() {
    ++info().records.skipped;
    ++info().records.seen;
  }  // a record that states no problem
  void count(const RecordCounts& counts);  // for readers that count themselves
  // Notes of one code are cut off after ten, with a last one that says so.
  void note(Note::Level level, std::string code, std::string text, std::string at = {});

  // Positive evidence that a scan ended (an envelope, a tool's version, a list of scanned files): without it a report
  // without findings is not "complete-empty".
  void evidence_of_a_scan() { evidence_ = true; }
  // The document is whole, but it says what there is, not what is wrong with it: a bill of materials that nobody has
  // matched with vulnerabilities. Nothing in it is missing, so it is "complete-empty"; but no engine has reported, so
  // it closes nothing and satisfies no required scanner (docs/adr/0010-an-inventory-is-no-scan.md).
  void inventory(std::string text);
  // The format was recognised, but this file is one of its kind that nobody here can read: "unrecognised".
  void refuse(std::string why, std::string at = {});
  // The tool reports problems of its own: the report is partial at best.
  void incomplete(std::string code, std::string text, std::string at = {});
  // The tool reports that it failed as a whole.
  void failed(std::string text, std::string at = {});
  // Behind the document stands what a program writes that breaks down; `what` as crash_in (crash_text.hpp) says it.
  void crashed(std::string_view what) {
    incomplete("crash", "behind the document stands " + std::string(what) + ": the tool broke down before its end");
  }
  // The document ends in the middle: what follows is not known.
  void truncated() { incomplete("truncated", "the file ends in the middle; is the upload complete?"); }
  // Decides the state from all that was said. Called once, by ingest.
  void finish();

  // The mark of a secret, whose bytes are wiped: "hmac:<key id>:<hex>" by each key, "" without one.
  SecretMark secret_mark(std::string kind, std::string secret) const;

 private:
  ReportInfo& info() { return table_.report(report_); }
  ObservationTable& table_;
  std::uint32_t report_;
  const Options& options_;
  std::string last_list_;
  bool evidence_ = false, inventory_ = false, refused_ = false, incomplete_ = false, failed_ = false;
};

struct Format {
  std::string_view id;             // what --tool takes: "sarif"
  std::string_view title;          // "SARIF 2.1.0"
  std::string_view kind;           // the kinds of its findings, "sast", or "any"
  std::string_view recognised_by;  // for people: what in the content gives it away
  std::string_view yields;         // for people: which facts are read
  // Looks at the content, never at the name.
  bool (*recognise)(Candidate& candidate);
  void (*read)(Candidate& candidate, ReportWriter& out);
  // An empty array as the whole report: true when the tool writes just that for a clean scan. Asked only with --tool.
  bool bare_empty_array = false;
};

// All formats in the order in which they are tried.
std::span<const Format> formats();

}  // namespace gatepost::ingest
