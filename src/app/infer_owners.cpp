#include "app/infer_owners.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/route.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "context/teams.hpp"
#include "git/authorship.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostFiles = 100;
constexpr std::uint32_t kMostLines = 200;      // of a finding
constexpr std::size_t kMostFileLines = 2'000;  // of all findings of a file

std::string day_text(std::int64_t seconds) { return gatepost::to_string(day_of(Timestamp{seconds * 1000})); }

Owner owner_of(const git::Author& author, std::string because) {
  const std::string_view login = context::forge_login(author.mail);
  return {TeamId{login.empty() ? author.mail : "@" + std::string(login)}, std::move(because)};
}

class Inference {
 public:
  Inference(const Evidence& evidence, const Basis& basis, Assessment& assessment)
      : evidence_(evidence), basis_(basis), out_(assessment) {}

  void run() {
    choose_files();
    if (files_.empty()) return;
    const auto head = git::ObjectId::parse(out_.change.head), rules = git::ObjectId::parse(evidence_.settings_revision);
    if (!head || !rules) return;
    std::vector<git::WantedLines> wanted;
    for (const auto& [file, lines] : lines_)
      wanted.push_back({out_.findings.files[file], {lines.begin(), lines.end()}});
    const auto answer = git::authorship(evidence_.repository, *head, *rules, wanted);
    if (!answer) return note(Note::Level::warning, "owners cannot be inferred: " + answer.error().message);
    std::size_t at = 0;
    for (const auto& [file, lines] : lines_) infer_in(file, answer->files[at++]);
    tell(*answer);
  }

 private:
  // Nobody owns it but those who own everything that nobody owns.
  [[nodiscard]] bool is_asked_for(std::size_t index) const {
    const Presence presence = out_.assessed[index].presence;
    if (presence == Presence::fixed || presence == Presence::not_evaluated) return false;
    const Finding& finding = out_.findings.all[index];
    const OwnershipStep step = out_.routings[out_.assessed[index].owners].step;
    return !finding.in_base_only && finding.file != Finding::kNoFile &&
           (step == OwnershipStep::none || step == OwnershipStep::repository || step == OwnershipStep::fallback);
  }

  // Those with the highest risk first, so far as the limit goes.
  void choose_files() {
    std::map<std::uint32_t, std::uint16_t> risk_of;
    for (std::size_t i = 0; i < out_.findings.all.size(); ++i) {
      if (!is_asked_for(i)) continue;
      std::uint16_t& risk = risk_of[out_.findings.all[i].file];
      risk = std::max(risk, out_.assessed[i].risk.effective_tenths);
    }
    for (const auto& [file, risk] : risk_of) files_.emplace_back(file, risk);
    std::ranges::stable_sort(files_, std::ranges::greater{}, &std::pair<std::uint32_t, std::uint16_t>::second);
    if (files_.size() > kMostFiles) {
      note(Note::Level::info,
           fmt::format("nobody owns the findings of {} files; the history was asked about the {} with "
                       "the highest risks",
                       files_.size(), kMostFiles));
      files_.resize(kMostFiles);
    }
    for (const auto& [file, risk] : files_) lines_[file];
    for (std::size_t i = 0; i < out_.findings.all.size(); ++i) {
      const auto lines = is_asked_for(i) ? lines_.find(out_.findings.all[i].file) : lines_.end();
      if (lines == lines_.end()) continue;
      of_file_[lines->first].push_back(i);
      const auto [first, last] = range_of(i);
      for (std::uint32_t line = first; line <= last && line > 0 && lines->second.size() < kMostFileLines; ++line)
        lines->second.insert(line);
    }
  }

  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> range_of(std::size_t index) const {
    const Range& range = out_.findings.all[index].range;
    const std::uint32_t last = std::max(range.first_line, range.last_line);
    return {range.first_line, std::min(last, range.first_line + kMostLines - 1)};
  }

  void infer_in(std::uint32_t file, const git::Authorship& known) {
    for (const std::size_t index : of_file_[file]) {
      if (auto inferred = infer(index, known)) take(index, std::move(*inferred));
    }
  }

  std::optional<InferredOwner> infer(std::size_t index, const git::Authorship& known) {
    const auto [first, last] = range_of(index);
    const auto unknown = std::ranges::lower_bound(known.unknown, first);
    const bool hidden = first > 0 && unknown != known.unknown.end() && *unknown <= last;
    if (!hidden && first > 0) {
      const auto begin = std::ranges::lower_bound(known.lines, first, {}, &git::LineAuthor::line);
      const auto end = std::ranges::upper_bound(known.lines, last, {}, &git::LineAuthor::line);
      if (begin != end) return by_lines({begin, end}, known.path, first, last);
    }
    if (hidden || !known.authors_known) {
      ++hidden_;
      return std::nullopt;
    }
    if (known.authors.empty()) return std::nullopt;
    const git::FileAuthor& it = known.authors.front();
    return InferredOwner{OwnershipStep::authors,
                         owner_of(it.author, fmt::format("{} to {}, the newer the more",
                                                         text::count_of(it.commits, "commit"), known.path))};
  }

  // Who wrote most of them; of equals the latest.
  static InferredOwner by_lines(std::span<const git::LineAuthor> lines, const std::string& path, std::uint32_t first,
                                std::uint32_t last) {
    struct Share {
      std::size_t lines = 0;
      const git::LineAuthor* latest = nullptr;
    };
    std::map<git::Author, Share> shares;
    for (const git::LineAuthor& it : lines) {
      Share& share = shares[it.author];
      ++share.lines;
      if (share.latest == nullptr || it.at > share.latest->at) share.latest = &it;
    }
    const auto better = [](const auto& a, const auto& b) {
      const Share &one = a.second, &two = b.second;
      return one.lines != two.lines ? one.lines < two.lines : one.latest->at < two.latest->at;
    };
    const auto& [author, share] = *std::ranges::max_element(shares, better);
    const std::string place =
        first == last ? fmt::format("{}:{}", path, first) : fmt::format("{}:{}-{}", path, first, last);
    return {OwnershipStep::blame,
            owner_of(author, fmt::format("wrote {} of {} at {}, last in {} ({})", share.lines,
                                         text::count_of(lines.size(), "line"), place, share.latest->commit.short_hex(),
                                         day_text(share.latest->at)))};
  }

  void take(std::size_t index, InferredOwner inferred) {
    const std::uint32_t before = out_.assessed[index].owners;
    Routing routing = out_.routings[before];
    Routing own;
    if (context::route_to_teams(directory_of(basis_), {&inferred.owner, 1}, inferred.step, basis_.settings.assignee,
                                own)) {
      routing.team_step = own.team_step;
      routing.assignees = std::move(own.assignees);
      routing.watchers.clear();
    }
    routing.inferred = std::move(inferred);
    const auto [number, fresh] =
        numbers_.try_emplace({before, routing}, static_cast<std::uint32_t>(out_.owner_sets.size()));
    if (fresh) {
      std::vector<Owner> owners = out_.owner_sets[before];
      out_.owner_sets.push_back(std::move(owners));
      out_.routings.push_back(std::move(routing));
    }
    out_.assessed[index].owners = number->second;
    ++inferred_;
  }

  void tell(const git::AuthorshipAnswer& answer) {
    if (hidden_ > 0) {
      const char* const why = answer.not_fetched
                                  ? "the history of their lines is not in this clone; fetch all of it "
                                    "(fetch-depth: 0, GIT_DEPTH: 0)"
                                  : "the history of their lines is too long, or their files are too large";
      note(Note::Level::info,
           fmt::format("the owners of {} are not inferred: {}", text::count_of(hidden_, "finding"), why));
    }
    if (inferred_ == 0) return;
    note(Note::Level::info, fmt::format("the owners of {} are inferred from who wrote the code; no policy sees them",
                                        text::count_of(inferred_, "finding")));
  }

  void note(Note::Level level, std::string text) {
    out_.notes.push_back({level, "owner-inference", std::move(text), {}});
  }

  const Evidence& evidence_;
  const Basis& basis_;
  Assessment& out_;
  std::vector<std::pair<std::uint32_t, std::uint16_t>> files_;  // with the highest risk of their findings
  std::map<std::uint32_t, std::set<std::uint32_t>> lines_;      // by file
  std::map<std::uint32_t, std::vector<std::size_t>> of_file_;   // findings
  std::map<std::pair<std::uint32_t, Routing>, std::uint32_t> numbers_;
  std::size_t hidden_ = 0, inferred_ = 0;
};

}  // namespace

void infer_owners(const Evidence& evidence, const Basis& basis, Assessment& assessment) {
  if (!basis.settings.infers_owners) return;
  Inference(evidence, basis, assessment).run();
  std::ranges::sort(assessment.notes);
  count_routes(assessment, basis);
}

}  // namespace gatepost::app
