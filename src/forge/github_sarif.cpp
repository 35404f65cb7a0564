#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/base64.hpp"
#include "base/gzip.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "forge/github_apply.hpp"

namespace gatepost::forge {
namespace {

using std::chrono::milliseconds;

constexpr Grant kRead{"security-events", "read", "list code scanning analyses"};
constexpr Grant kWrite{"security-events", "write", "upload SARIF"};
constexpr std::size_t kMostPacked = std::size_t{10} << 20;  // bytes, packed
constexpr int kMostLooks = 5;
constexpr milliseconds kFirstLook{5'000};

// What GitHub says of a document that it does not take, and what is to be done.
// https://docs.github.com/code-security/code-scanning/troubleshooting-sarif-uploads
struct Complaint {
  std::string_view sign, hint;
};
constexpr std::array<Complaint, 8> kComplaints = {{
    {"multiple runs with the same category", "give each upload a name of its own"},
    {"an invalid uri was provided", "a path in a report is no valid URI; look at the file in the output folder"},
    {"expected artifact location", "a result has no place; look at the file in the output folder"},
    {"invalid security severity", "a rule's security-severity is not a number from 0.0 to 10.0"},
    {"did not match the checkout uri scheme", "a report has addresses instead of paths in the repository"},
    {"too many logical alerts", "upload fewer findings: GitHub takes 25,000 in a run"},
    {"rejecting sarif", "the document is beyond a limit of GitHub; look at the file in the output folder"},
    {"could not convert", "look at the file in the output folder"},
}};

std::string hint_of(std::string_view said) {
  const std::string words = text::lower(said);
  for (const Complaint& it : kComplaints) {
    if (words.find(it.sign) != std::string::npos) return std::string(it.hint);
  }
  return "the document is in the output folder as report.sarif";
}

bool is_uploadable_ref(std::string_view ref) {
  return ref.starts_with("refs/heads/") || ref.starts_with("refs/tags/") || ref.starts_with("refs/pull/");
}

class Upload {
 public:
  Upload(GitHubApi& api, const net::Time& time, const net::Limits& limits) : api_(api), time_(time), limits_(limits) {}

  Result<Applied> run(const publish::UploadSarif& it) {
    if (!is_commit(it.commit) || !is_uploadable_ref(it.ref)) {
      return error(ErrorKind::usage,
                   "github: SARIF is uploaded for a commit and a ref such as refs/heads/main, not for \"" +
                       text::printable(it.commit) + "\" and \"" + text::printable(it.ref) + "\"");
    }
    if (has_been_taken(it)) return Applied{};
    GP_TRY(const net::Call call, upload(it));
    GP_TRY(const net::Response response, api_.send(call));
    if (!response.ok()) return refused(response);
    const auto answer = json_of(response, "github: upload SARIF");
    const std::string_view id = answer ? answer->root().at("id").text() : std::string_view();
    if (id.empty()) return Applied{{}, {"GitHub took the SARIF document and does not say what became of it"}};
    return wait_for(std::string(id));
  }

 private:
  using Counts = std::map<std::string, std::int64_t, std::less<>>;  // results, by category

  // GitHub keeps the slash at the end, or not.
  static std::string category_of(std::string_view id) {
    while (id.ends_with('/')) id.remove_suffix(1);
    return std::string(id);
  }

  static std::optional<Counts> counts_of(const std::string& document) {
    const auto parsed = doc::parse_json(document, "report.sarif");
    if (!parsed) return std::nullopt;
    Counts counts;
    for (const doc::View run : parsed->root().at("runs").items())
      counts[category_of(run.at("automationDetails").at("id").text())] =
          static_cast<std::int64_t>(run.at("results").size());
    return counts;
  }

  // Of a pull request: the same number of results in each category of the same commit is the same report. What code
  // scanning shows of a branch has to be today's, whatever it costs: there nothing is taken for granted.
  bool has_been_taken(const publish::UploadSarif& it) {
    if (!it.ref.starts_with("refs/pull/")) return false;
    auto missing = counts_of(it.document);
    if (!missing || missing->empty()) return false;
    Counts seen;
    const std::string path = "/code-scanning/analyses?tool_name=gatepost&ref=" + percent_encoded(it.ref);
    const Status read = api_.list(path, kRead, [&](doc::View analysis) {
      if (analysis.at("commit_sha").text() != it.commit) return false;  // the newest comes first
      const bool failed = !analysis.at("error").text().empty();
      seen.emplace(category_of(analysis.at("category").text()),
                   failed ? -1 : analysis.at("results_count").integer().value_or(-1));
      return true;
    });
    return read && seen == *missing;
  }

  Result<net::Call> upload(const publish::UploadSarif& it) {
    const std::string packed = gzip(it.document);
    if (packed.size() > kMostPacked) {
      return error(ErrorKind::bad_input, "github: the SARIF document is too large: " + std::to_string(packed.size()) +
                                             " bytes packed, GitHub takes " + std::to_string(kMostPacked));
    }
    doc::JsonWriter json;
    json.begin_object().field("commit_sha", it.commit).field("ref", it.ref);
    json.field("sarif", base64_encode(packed)).field("tool_name", "gatepost").end_object();
    // The same document for the same commit again takes the place of the first.
    return api_.call("/code-scanning/sarifs", "POST", json.take(), net::Effect::idempotent);
  }

  [[nodiscard]] Error refused(const net::Response& response) const {
    Error why = api_.refused(response, kWrite);
    const std::string said = text::lower(said_in(response.body));
    if (said.find("enabled") != std::string::npos) {
      why.hint = "turn on code scanning in the repository's settings, or leave upload-sarif off";
    } else if (response.status == 400 || response.status == 422) {
      why.hint = hint_of(said);
    }
    return why;
  }

  // Processing takes seconds to minutes. Waiting takes at most half of the time that all calls have.
  Result<Applied> wait_for(const std::string& id) {
    milliseconds pause = kFirstLook, left = limits_.total / 2;
    const std::string path = "/code-scanning/sarifs/" + percent_encoded(id);
    for (int look = 0; look < kMostLooks && pause <= left; ++look, pause *= 2) {
      time_.sleep(pause);
      left -= pause;
      const auto answer = api_.read(path, {"security-events", "read", "see what became of the SARIF document"});
      if (!answer) return Applied{{}, {"GitHub took the SARIF document; " + answer.error().message}};
      const std::string_view status = answer->root().at("processing_status").text();
      if (status == "complete") return Applied{};
      if (status == "failed") return failed(answer->root().at("errors"));
    }
    return Applied{{}, {"GitHub took the SARIF document and is still processing it"}};
  }

  static Error failed(doc::View errors) {
    std::string said;
    for (const doc::View it : errors.items()) said += (said.empty() ? "" : "; ") + text::fold_whitespace(it.text());
    const std::string hint = hint_of(said);
    return error(ErrorKind::bad_input, "github: the SARIF document was refused: " + text::printable(said, 300), hint);
  }

  GitHubApi& api_;
  const net::Time& time_;
  const net::Limits& limits_;
};

}  // namespace

Result<Applied> upload_sarif(GitHubApi& api, const net::Time& time, const net::Limits& limits,
                             const publish::UploadSarif& upload) {
  return Upload(api, time, limits).run(upload);
}

}  // namespace gatepost::forge
