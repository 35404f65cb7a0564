#include "app/gather_evidence.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <utility>

#include "app/change_files.hpp"
#include "base/file.hpp"
#include "base/glob.hpp"
#include "base/text.hpp"
#include "git/tree.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostFiles = 1000;                    // of each kind
constexpr std::size_t kMostBytes = std::size_t{512} << 20;  // of all together
constexpr std::size_t kMostTargets = 300'000;               // products in VEX statements

bool is_file(git::FileType type) { return type == git::FileType::regular || type == git::FileType::executable; }

// An absolute path relative to the work tree; of a file elsewhere its name, because outputs shall not depend on the
// machine.
std::string shown_name(const std::string& path, const std::string& work_tree) {
  if (!work_tree.empty() && path.starts_with(work_tree + "/")) return path.substr(work_tree.size() + 1);
  return path.substr(path.rfind('/') + 1);
}

// Reads documents and puts them together.
class Collector {
 public:
  explicit Collector(const config::Settings& settings) : settings_(settings) {
    out_.runtime_max_age_days = settings.runtime.max_age_days;
  }

  void add_vex(std::string text, const std::string& name, VexOrigin origin) {
    if (!fits(text, name)) return;
    auto document = context::read_vex(std::move(text), text::printable(name, 200), origin);
    if (!document) return lost("vex-document", document.error());
    std::ranges::move(document->notes, std::back_inserter(out_.notes));
    for (const VexStatement& it : document->statements) targets_ += it.targets.size();
    if (targets_ > kMostTargets) {
      full_ = true;
      return note("evidence-limit", fmt::format("{} and what follows is not read: there are too many VEX statements",
                                                text::printable(name, 200)));
    }
    std::ranges::move(document->statements, std::back_inserter(statements_));
  }

  void add_runtime(std::string text, const std::string& name) {
    if (!fits(text, name)) return;
    auto document = context::read_runtime(std::move(text), text::printable(name, 200), settings_.runtime.columns);
    if (!document) return lost("runtime-evidence", document.error());
    std::ranges::move(document->notes, std::back_inserter(out_.notes));
    out_.runtime.add(std::move(*document));
  }

  void note(const char* code, std::string text) {
    out_.notes.push_back({Note::Level::warning, code, std::move(text), {}});
  }
  void lost(const char* code, const Error& why) { note(code, why.message + "; nothing of it counts"); }
  [[nodiscard]] bool full() const { return full_; }

  context::Evidence finish() {
    out_.vex = context::VexIndex(std::move(statements_), settings_.vex.rules);
    std::ranges::copy(out_.vex.notes(), std::back_inserter(out_.notes));
    return std::move(out_);
  }

 private:
  bool fits(const std::string& text, const std::string& name) {
    if (full_) return false;
    bytes_ += text.size();
    full_ = bytes_ > kMostBytes || ++files_ > 2 * kMostFiles;
    if (full_)
      note("evidence-limit",
           fmt::format("{} and what follows is not read: there are too many files", text::printable(name, 200)));
    return !full_;
  }

  const config::Settings& settings_;
  context::Evidence out_;
  std::vector<VexStatement> statements_;
  std::size_t bytes_ = 0, files_ = 0, targets_ = 0;
  bool full_ = false;
};

class Gatherer {
 public:
  Gatherer(const git::Repository& repository, const config::Settings& settings, const EvidenceRequest& request)
      : repository_(repository), settings_(settings), request_(request), out_(settings) {
    if (!repository.is_bare()) work_tree_ = repository.work_tree();
  }

  Result<context::Evidence> run() {
    GP_TRY(const git::Tree rules, git::Tree::of_commit(repository_, request_.rules));
    GP_TRY(const git::Tree head, git::Tree::of_commit(repository_, *git::ObjectId::parse(request_.change->head)));
    for (const std::string& pattern : settings_.vex.files) GP_CHECK(vex_of(pattern, rules, head));
    for (const std::string& pattern : settings_.runtime.files) GP_CHECK(runtime_of(pattern, rules, head));
    for (const std::string& path : request_.vex) GP_CHECK(named_vex(path));
    for (const std::string& path : request_.runtime) GP_CHECK(named_runtime(path));
    context::Evidence evidence = out_.finish();
    evidence.products = request_.products;
    std::erase(evidence.products, "");
    return evidence;
  }

 private:
  static Result<Glob> compile(const std::string& pattern, const char* what) {
    auto glob = Glob::compile(pattern);
    if (glob) return std::move(*glob);
    return error(ErrorKind::config, fmt::format("{}.files: {}", what, glob.error().message));
  }

  [[nodiscard]] bool is_changed(const std::string& path) const { return request_.change->find_new(path) != nullptr; }

  Status vex_of(const std::string& pattern, const git::Tree& rules, const git::Tree& head) {
    GP_TRY(const Glob glob, compile(pattern, "vex"));
    GP_TRY(const auto known, rules.matching(glob));
    for (const git::TreeFile& file : known) add_blob(file, VexOrigin::repository);
    GP_TRY(const auto now, head.matching(glob));
    for (const git::TreeFile& file : now) {
      if (is_changed(file.path)) add_blob(file, VexOrigin::change);
    }
    const VexOrigin origin = request_.own_files ? VexOrigin::repository : VexOrigin::workspace;
    return on_disk(glob, known, now,
                   [&](std::string text, const std::string& name) { out_.add_vex(std::move(text), name, origin); });
  }

  Status runtime_of(const std::string& pattern, const git::Tree& rules, const git::Tree& head) {
    GP_TRY(const Glob glob, compile(pattern, "runtime"));
    GP_TRY(const auto known, rules.matching(glob));
    for (const git::TreeFile& file : known) {
      if (!is_file(file.type) || !fresh(file.path)) continue;
      auto text = git::read_blob(repository_, file.id, context::kLargestRuntimeFile, file.path);
      if (text) out_.add_runtime(std::move(*text), file.path);
      if (!text) out_.lost("runtime-evidence", text.error());
    }
    GP_TRY(const auto now, head.matching(glob));
    for (const git::TreeFile& file : now) {
      if (is_changed(file.path)) own_evidence(file.path);
    }
    return on_disk(glob, known, now,
                   [&](std::string text, const std::string& name) { out_.add_runtime(std::move(text), name); });
  }

  void own_evidence(const std::string& path) {
    out_.note("runtime-evidence", fmt::format("{} is part of the change itself: as runtime evidence it does not count",
                                              text::printable(path, 200)));
  }

  void add_blob(const git::TreeFile& file, VexOrigin origin) {
    const std::string key = (origin == VexOrigin::change ? "change:" : "") + file.path;
    if (!is_file(file.type) || !fresh(key)) return;
    auto text = git::read_blob(repository_, file.id, context::kLargestVexFile, file.path);
    if (text) out_.add_vex(std::move(*text), file.path, origin);
    if (!text) out_.lost("vex-document", text.error());
  }

  // Files of the work tree that neither revision has: a pipeline's.
  template <class Add>
  Status on_disk(const Glob& glob, const std::vector<git::TreeFile>& known, const std::vector<git::TreeFile>& now,
                 const Add& add) {
    if (work_tree_.empty()) return Done{};
    GP_TRY(const FoundFiles found, find_files(work_tree_, glob));
    const auto has = [](const std::vector<git::TreeFile>& files, const std::string& path) {
      return std::ranges::binary_search(files, path, {}, &git::TreeFile::path);
    };
    for (const std::string& path : found.files) {
      if (has(known, path) || has(now, path) || !fresh(path) || out_.full()) continue;
      if (is_of_change(*request_.change, work_tree_, work_tree_ + "/" + path)) continue;
      auto text = read_file(work_tree_ + "/" + path, context::kLargestRuntimeFile);
      if (text) add(std::move(*text), path);
      if (!text) out_.lost("evidence-file", std::move(text).error().context(text::printable(path, 200)));
    }
    return Done{};
  }

  // A file that the command line names and what it is called; one that the change touches is the change's own.
  struct Named {
    std::string text, name;
    bool of_change = false;
  };
  Result<Named> named(const std::string& path, const char* flag) {
    const std::filesystem::path whole = std::filesystem::path(path).is_absolute() || work_tree_.empty()
                                            ? std::filesystem::path(path)
                                            : std::filesystem::path(work_tree_) / path;
    auto text = read_file(whole.string(), context::kLargestRuntimeFile);
    if (!text) {
      return error(ErrorKind::usage, fmt::format("{} {}: {}", flag, text::printable(path, 200), text.error().message),
                   "relative paths begin at the root of the work tree");
    }
    const std::string name = shown_name(whole.lexically_normal().generic_string(), work_tree_);
    const bool of_change = is_of_change(*request_.change, work_tree_, whole.string());
    return Named{std::move(*text), name, of_change};
  }

  Status named_vex(const std::string& path) {
    GP_TRY(Named file, named(path, "--vex"));
    out_.add_vex(std::move(file.text), file.name, file.of_change ? VexOrigin::change : VexOrigin::pipeline);
    return Done{};
  }

  Status named_runtime(const std::string& path) {
    GP_TRY(Named file, named(path, "--runtime"));
    if (file.of_change) own_evidence(file.name);
    if (!file.of_change) out_.add_runtime(std::move(file.text), file.name);
    return Done{};
  }

  bool fresh(const std::string& key) { return seen_.insert(key).second; }

  const git::Repository& repository_;
  const config::Settings& settings_;
  const EvidenceRequest& request_;
  Collector out_;
  std::string work_tree_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace

Result<context::Evidence> gather_evidence(const git::Repository& repository, const config::Settings& settings,
                                          const EvidenceRequest& request) {
  return Gatherer(repository, settings, request).run();
}

Result<context::Evidence> evidence_without_tree(const config::Settings& settings, const ReadFile& read) {
  Collector out(settings);
  bool patterns = false;
  for (const std::string& path : settings.vex.files) {
    if (!Glob::is_literal(path)) {
      patterns |= settings.vex.files != config::Vex{}.files;
      continue;
    }
    GP_TRY(auto text, read(path));
    if (text) out.add_vex(std::move(*text), path, VexOrigin::repository);
  }
  for (const std::string& path : settings.runtime.files) {
    if (!Glob::is_literal(path)) {
      patterns = true;
      continue;
    }
    GP_TRY(auto text, read(path));
    if (text) out.add_runtime(std::move(*text), path);
  }
  if (patterns) {
    out.note("evidence-without-tree",
             "vex.files and runtime.files are read by their names only here: those with a pattern count for nothing");
  }
  return out.finish();
}

}  // namespace gatepost::app
