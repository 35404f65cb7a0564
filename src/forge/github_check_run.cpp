#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "forge/github_apply.hpp"

namespace gatepost::forge {
namespace {

using doc::JsonWriter;
using publish::Annotation;
using publish::WriteCheckRun;

constexpr Grant kRead{"checks", "read", "read checks"};
constexpr Grant kWrite{"checks", "write", "write checks"};
constexpr std::size_t kBatch = 50;                                // annotations of one call
constexpr std::size_t kTitleBytes = 255, kMessageBytes = 64'000;  // of an annotation
constexpr std::size_t kSummaryBytes = 65'535;

// GitHub does not find a path that begins otherwise.
std::string_view relative(std::string_view path) {
  while (path.starts_with("./") || path.starts_with('/')) path.remove_prefix(path.starts_with('/') ? 1 : 2);
  return path;
}

void write_annotation(JsonWriter& json, const Annotation& it) {
  const std::uint32_t first = std::max(it.first_line, 1U), last = std::max(first, it.last_line);
  json.begin_object().field("path", relative(it.path)).field("start_line", first).field("end_line", last);
  if (first == last && it.first_column > 0) {
    json.field("start_column", it.first_column).field("end_column", std::max(it.first_column, it.last_column));
  }
  json.field("annotation_level", it.level);
  const std::string message = text::to_utf8(it.message, kMessageBytes);
  json.field("message", message.empty() ? it.title : message);
  json.optional_field("title", text::to_utf8(it.title, kTitleBytes)).end_object();
}

void write_buttons(JsonWriter& json, const std::vector<publish::CheckButton>& buttons) {
  json.key("actions").begin_array();
  for (const publish::CheckButton& it : buttons) {
    json.begin_object().field("label", it.label).field("description", it.description);
    json.field("identifier", it.identifier).end_object();
  }
  json.end_array();
}

class CheckRun {
 public:
  CheckRun(GitHubApi& api, const WriteCheckRun& run, const publish::Shown& shown)
      : api_(api), run_(run), shown_(shown), id_(run.id), left_(run.annotations) {}

  Result<Applied> write() {
    if (!is_commit(run_.head)) return error(ErrorKind::usage, "github: a check run is written for a commit");
    if (!id_.empty()) GP_CHECK(leave_out_what_is_there());
    for (bool first = true; first || !left_.empty(); first = false) {
      const std::span<const Annotation> batch = left_.first(std::min(kBatch, left_.size()));
      const bool last = batch.size() == left_.size();
      Status sent = send(batch, last);
      if (!sent) {
        if (first) return std::move(sent).error();
        return complete_without_the_rest(std::move(sent).error());
      }
      left_ = left_.subspan(batch.size());
    }
    return std::move(applied_);
  }

 private:
  // What a run that ended early has written already is not written again: GitHub only adds.
  Status leave_out_what_is_there() {
    const auto same = [](const Annotation& it, doc::View shown) {
      return relative(it.path) == shown.at("path").text() && it.first_line == number_of(shown.at("start_line")) &&
             it.title == shown.at("title").text() && it.message == shown.at("message").text();
    };
    GP_CHECK(api_.list("/check-runs/" + id_ + "/annotations", kRead, [&](doc::View shown) {
      ++there_;
      std::erase_if(rest_, [&](const Annotation& it) { return same(it, shown); });
      return true;
    }));
    left_ = rest_;
    return Done{};
  }

  [[nodiscard]] std::string body(std::span<const Annotation> batch, bool last) const {
    JsonWriter json;
    json.begin_object().field("name", run_.name);
    if (id_.empty()) json.field("head_sha", run_.head);
    json.optional_field("external_id", run_.external_id).optional_field("details_url", run_.details_url);
    json.field("status", last ? "completed" : "in_progress");
    if (last) json.field("conclusion", run_.conclusion);
    json.key("output").begin_object().field("title", run_.title);
    json.field("summary", text::to_utf8(run_.summary, kSummaryBytes));
    if (!batch.empty()) {
      json.key("annotations").begin_array();
      for (const Annotation& it : batch) write_annotation(json, it);
      json.end_array();
    }
    json.end_object();
    if (last && !run_.buttons.empty()) write_buttons(json, run_.buttons);
    json.end_object();
    return json.take();
  }

  Status send(std::span<const Annotation> batch, bool last) {
    const bool is_new = id_.empty();
    // Annotations are added each time they are sent; all else may be said twice.
    const net::Effect effect = is_new || !batch.empty() ? net::Effect::creates : net::Effect::idempotent;
    GP_TRY(net::Call call, api_.call(is_new ? "/check-runs" : "/check-runs/" + id_, is_new ? "POST" : "PATCH",
                                     body(batch, last), effect));
    const std::uint64_t expected = there_ + batch.size();
    if (!is_new || !run_.external_id.empty()) {
      call.recover = [this, is_new, last, expected] { return is_new ? find() : look(last, expected); };
    }
    GP_TRY(const net::Response response, api_.ask(call, kWrite));
    GP_TRY(const auto answer, json_of(response, "github: write checks"));
    if (is_new) id_ = id_of(answer.root().at("id"));
    if (id_.empty()) return error(ErrorKind::unavailable, "github: the answer does not name the check run it made");
    if (std::string page = page_of(answer.root()); !page.empty()) applied_.url = std::move(page);
    there_ = expected;
    return Done{};
  }

  // The one that a lost call made.
  Result<std::optional<net::Response>> find() {
    std::optional<net::Response> found;
    const std::string path =
        "/commits/" + run_.head + "/check-runs?filter=latest&check_name=" + percent_encoded(run_.name);
    GP_CHECK(api_.list(
        path, kRead,
        [&](doc::View it) {
          const bool known = shown_.check && shown_.check->id == id_of(it.at("id"));
          if (!known && it.at("external_id").text() == run_.external_id) found = found_again(it);
          return !found;
        },
        "check_runs"));
    return found;
  }

  // Whether a lost call has added what it was to add.
  Result<std::optional<net::Response>> look(bool last, std::uint64_t expected) {
    GP_TRY(const auto now, api_.read("/check-runs/" + id_, kRead));
    const doc::View it = now.root();
    const bool done = last ? it.at("status").text() == "completed"
                           : number_of(it.at("output").at("annotations_count")).value_or(0) >= expected;
    return done ? std::optional(found_again(it)) : std::nullopt;
  }

  // A check that never ends would hold up the change.
  Result<Applied> complete_without_the_rest(Error why) {
    if (!send({}, true)) return why;
    applied_.notes.push_back("the check run lacks " + text::count_of(left_.size(), "annotation") + ": " + why.message);
    return std::move(applied_);
  }

  GitHubApi& api_;
  const WriteCheckRun& run_;
  const publish::Shown& shown_;
  std::string id_;
  std::vector<Annotation> rest_ = run_.id.empty() ? std::vector<Annotation>{} : run_.annotations;
  std::span<const Annotation> left_;
  std::uint64_t there_ = 0;  // annotations that GitHub has
  Applied applied_;
};

}  // namespace

Result<Applied> write_check_run(GitHubApi& api, const WriteCheckRun& run, const publish::Shown& shown) {
  return CheckRun(api, run, shown).write();
}

}  // namespace gatepost::forge
