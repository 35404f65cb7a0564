#include "ingest/members.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/archive.hpp"
#include "base/text.hpp"
#include "ingest/plain_text.hpp"
#include "ingest/spreadsheet.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::size_t kMostNames = 5;  // of members that a note lists

// What reports are called, as opposed to the sources, pages and pictures that lie beside them.
constexpr std::array<std::string_view, 11> kReportEndings = {".json", ".sarif", ".xml", ".csv",    ".jsonl", ".ndjson",
                                                             ".fvdl", ".gz",    ".zip", ".tar.gz", ".tgz"};

bool ends_like(std::string_view name, std::string_view ending) {
  return name.size() >= ending.size() && text::equal_ignoring_case(name.substr(name.size() - ending.size()), ending);
}

// The copies that one system's file manager packs beside each file.
bool is_shadow(std::string_view name) {
  return name.starts_with("__MACOSX/") || name.substr(name.rfind('/') + 1).starts_with("._");
}

bool looks_like_report(std::string_view name) {
  return std::ranges::any_of(kReportEndings, [&](std::string_view ending) { return ends_like(name, ending); }) &&
         !is_shadow(name);
}

bool is_packed(const Bytes& bytes) {
  std::string head(kArchiveHead, '\0');
  const auto got = bytes.read(0, head);
  return got && (is_archive(std::string_view(head).substr(0, *got)) || is_gzip(head));
}

// "\"a.json\", \"b.json\" and 3 more".
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i)
    text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", text::printable(names[i]));
  if (names.size() > kMostNames) text += fmt::format(" and {} more", names.size() - kMostNames);
  return text;
}

class MemberReader {
 public:
  MemberReader(const std::vector<ArchiveMember>& members, const Options& options, ReportWriter& out,
               ReadPlain read_plain)
      : members_(members), options_(options), out_(out), read_(read_plain), beside_(members, options.limits) {}

  void read_all() {
    for (const ArchiveMember& member : members_) {
      if (is_shadow(member.name) || !read(member)) {
        (looks_like_report(member.name) ? unread_ : others_).push_back(member.name);
      }
    }
    finish();
  }

 private:
  // False when nobody recognised it.
  bool read(const ArchiveMember& member) {
    if (is_packed(member.bytes)) {
      nested_ = nested_ || !ends_like(member.name, ".jar");
      return false;
    }
    ObservationTable own;
    const std::string name = plain_name(member.name);
    const std::uint32_t index = own.add_report({.path = name}, member.bytes);
    ReportWriter writer(own, index, options_);
    read_(name, member.bytes, options_, writer, &beside_);
    const ReportInfo& report = own.reports().front();
    if (report.state == ReportState::unrecognised) {
      remember_why(name, report);
      return false;
    }
    states_.push_back(report.state);
    take(own, name + "!");
    return true;
  }

  void remember_why(const std::string& name, const ReportInfo& report) {
    if (!report.notes.empty()) reasons_.emplace_back(name, report.notes.back().text);
  }

  // Everything the member's own table has.
  void take(const ObservationTable& own, const std::string& prefix) {
    const ReportInfo& from = own.reports().front();
    ReportInfo& to = out_.table().report(out_.report());
    if (to.format.empty()) to.format = from.format;
    to.tools.insert(to.tools.end(), from.tools.begin(), from.tools.end());
    for (const std::string& engine : from.engines) out_.engine(engine);
    for (const Note& note : from.notes) out_.note(note.level, note.code, note.text, prefix + note.at);
    for (Row row = 0; row < own.size(); ++row) {
      Observation seen = own.observation(row);
      const std::string at = prefix + seen.at;
      out_.add(std::move(seen), at);
    }
    RecordCounts counts = from.records;
    counts.seen -= std::min<std::uint64_t>(counts.seen, own.size());  // those were counted with the observations
    counts.mapped = 0;
    out_.count(counts);
  }

  void finish() {
    for (auto* const names : {&unread_, &others_})
      std::erase_if(*names, [&](const std::string& name) { return beside_.has_served(name); });
    if (states_.empty()) return refuse();
    if (!unread_.empty()) {
      out_.note(Note::Level::warning, "unread-members",
                fmt::format("{} in the archive {} like {} and {} not recognised: {}{}",
                            text::count_of(unread_.size(), "file"), unread_.size() == 1 ? "looks" : "look",
                            unread_.size() == 1 ? "a report" : "reports", unread_.size() == 1 ? "is" : "are",
                            listed(unread_), why_unread()));
    }
    if (!others_.empty()) {
      out_.note(Note::Level::info, "other-members",
                fmt::format("{} in the archive {} no report", text::count_of(others_.size(), "other file"),
                            others_.size() == 1 ? "is" : "are"));
    }
    out_.table().report(out_.report()).state = state();
  }

  // The worst. A tool that failed beside one that did not has reported a part.
  [[nodiscard]] ReportState state() const {
    const auto any = [&](ReportState state) { return std::ranges::find(states_, state) != states_.end(); };
    const auto all = [&](ReportState state) { return std::ranges::count(states_, state) == std::ssize(states_); };
    if (all(ReportState::tool_error)) return ReportState::tool_error;
    if (!unread_.empty() || any(ReportState::partial) || any(ReportState::tool_error)) return ReportState::partial;
    return any(ReportState::complete) ? ReportState::complete : ReportState::complete_empty;
  }

  void refuse() {
    std::vector<std::string> names = unread_;
    names.insert(names.end(), others_.begin(), others_.end());
    out_.note(Note::Level::error, "unrecognised",
              names.empty() ? "an archive without a file in it; did the scanner run and write here?"
                            : fmt::format("an archive in which no report is recognised; it has {}{}", listed(names),
                                          why_unread()));
    out_.table().report(out_.report()).state = ReportState::unrecognised;
  }

  // Of the first that should have been read.
  [[nodiscard]] std::string why_unread() const {
    for (const auto& [name, why] : reasons_) {
      if (!unread_.empty() && name == plain_name(unread_.front())) return fmt::format("; the first is {}", why);
    }
    return nested_ ? "; archives in archives are not opened" : "";
  }

  const std::vector<ArchiveMember>& members_;
  const Options& options_;
  ReportWriter& out_;
  ReadPlain read_;
  Companions beside_;
  std::vector<ReportState> states_;                           // of the members that were recognised
  std::vector<std::string> unread_, others_;                  // names of the rest
  std::vector<std::pair<std::string, std::string>> reasons_;  // name and why
  bool nested_ = false;
};

}  // namespace

void read_members(const Bytes& archive, const Options& options, ReportWriter& out, ReadPlain read) {
  auto members = read_archive(archive, options.limits);
  if (members) {
    if (auto sheets = sheets_of(*members, options.limits)) members = std::move(*sheets);
  }
  if (!members) {
    out.note(Note::Level::error, "unpack", members.error().message);
    out.table().report(out.report()).state = ReportState::unrecognised;
    return;
  }
  MemberReader(*members, options, out, read).read_all();
}

}  // namespace gatepost::ingest
