// Does a finding stay the same finding while people work on its file? Real files with findings of real tools are edited
// in known ways; every finding carries a number through the edits, so that who is who afterwards is known by
// construction. docs/identity.md has the table that this prints.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "correlate/find.hpp"
#include "correlate/line_map.hpp"
#include "ingest/ingest.hpp"
#include "stages.hpp"
#include "support/read_report.hpp"
#include "support/skip.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

namespace fs = std::filesystem;
const std::string kShop = std::string(GATEPOST_SOURCE_DIR) + "/examples/shop/";

struct Line {
  std::string text;
  std::vector<int> begins = {}, ends = {};  // numbers of findings
};
struct Flaw {
  std::string engine, rule, message;
};
// Files with their findings.
struct Project {
  std::map<std::string, std::vector<Line>> files;
  std::vector<Flaw> flaws;
};

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<Line> lines_of(const std::string& bytes) {
  std::vector<Line> lines;
  std::istringstream in(bytes);
  for (std::string line; std::getline(in, line);) lines.push_back({line});
  return lines;
}

void add_files(Project& project, const fs::path& folder, const std::string& prefix) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.file_size() > 200'000) continue;
    project.files[prefix + fs::relative(entry.path(), folder).string()] = lines_of(bytes_of(entry.path()));
  }
}

// What real tools found, where the file and the line are there.
void add_report(Project& project, const fs::path& report, const std::string& prefix) {
  ObservationTable table;
  ingest::read_report(table, report.string(), Bytes::of(bytes_of(report)), test_options());
  std::set<std::string> seen;
  for (Row row = 0; row < table.size(); ++row) {
    const Observation it = table.observation(row);
    std::string path = it.place.path;
    for (const char* const root : {"/home/runner/work/shop/shop/", "/shop/"}) {
      if (const auto at = path.find(root); at != std::string::npos) path = path.substr(at + std::string(root).size());
    }
    const auto file = project.files.find(prefix + path);
    const Range& range = it.place.range;
    if (file == project.files.end() || range.first_line == 0 || it.component) continue;
    if (std::max(range.first_line, range.last_line) > file->second.size()) continue;
    if (!seen.insert(fmt::format("{}|{}|{}", it.rule, path, range.first_line)).second) continue;
    const int number = static_cast<int>(project.flaws.size());
    project.flaws.push_back({it.engine, it.rule, it.message});
    file->second[range.first_line - 1].begins.push_back(number);
    file->second[std::max(range.first_line, range.last_line) - 1].ends.push_back(number);
  }
}

// Our own code with a rule that fires on calls: many findings of one rule in one file.
void add_own_code(Project& project) {
  for (const char* const module : {"base", "git"}) {
    for (const auto& entry : fs::directory_iterator(std::string(GATEPOST_SOURCE_DIR) + "/src/" + module)) {
      if (entry.path().extension() != ".cpp") continue;
      std::vector<Line> lines = lines_of(bytes_of(entry.path()));
      for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string_view line = text::trim(lines[i].text);
        if (i % 5 != 0 || !line.ends_with(';') || line.find('(') == std::string_view::npos) continue;
        const int number = static_cast<int>(project.flaws.size());
        project.flaws.push_back({"semgrep", "call", "a call"});
        lines[i].begins.push_back(number);
        lines[i].ends.push_back(number);
      }
      project.files["own/" + entry.path().filename().string()] = std::move(lines);
    }
  }
}

Project real_project() {
  Project project;
  add_files(project, kShop + "base", "");
  for (const auto& report : fs::directory_iterator(kShop + "scans/base")) add_report(project, report.path(), "");
  add_own_code(project);
  // More languages, where they are at hand.
  const char* const shared = std::getenv("GATEPOST_SHARED");
  const fs::path samples =
      fs::path(shared != nullptr ? shared : std::string(GATEPOST_SOURCE_DIR) + "/../shared") / "samples";
  if (!fs::exists(samples / "_app")) return project;
  add_files(project, samples / "_app", "app/");
  std::vector<fs::path> reports;
  for (const auto& entry : fs::recursive_directory_iterator(samples)) {
    if (entry.path().extension() == ".sarif") reports.push_back(entry.path());
  }
  std::ranges::sort(reports);
  for (const fs::path& report : reports) add_report(project, report, "app/");
  return project;
}

std::string sarif_of(const Project& project, std::vector<std::vector<int>>& numbers) {
  struct Result {
    int flaw = 0;
    std::string path;
    std::size_t first = 0, last = 0;
  };
  std::map<std::string, std::vector<Result>> by_engine;
  for (const auto& [path, lines] : project.files) {
    std::map<int, Result> open;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (const int flaw : lines[i].begins) open[flaw] = {flaw, path, i + 1, i + 1};
      for (const int flaw : lines[i].ends) {
        if (open.contains(flaw)) open[flaw].last = i + 1;
      }
    }
    for (const auto& [flaw, result] : open)
      by_engine[project.flaws[static_cast<std::size_t>(flaw)].engine].push_back(result);
  }
  std::string out = R"({"version":"2.1.0","runs":[)";
  for (const auto& [engine, results] : by_engine) {
    numbers.emplace_back();
    out += numbers.size() > 1 ? "," : "";
    out += fmt::format(R"({{"tool":{{"driver":{{"name":"{}"}}}},"results":[)", engine);
    for (const Result& it : results) {
      out += numbers.back().empty() ? "" : ",";
      numbers.back().push_back(it.flaw);
      out += fmt::format(R"({{"ruleId":"{}","message":{{"text":"found"}},"locations":[{{"physicalLocation":{{)",
                         project.flaws[static_cast<std::size_t>(it.flaw)].rule);
      out += fmt::format(R"("artifactLocation":{{"uri":"{}"}},"region":{{"startLine":{},"endLine":{}}}}}}}]}})",
                         it.path, it.first, it.last);
    }
    out += "]}";
  }
  return out + "]}";
}

std::vector<GitFile> git_files(const Project& project) {
  std::vector<GitFile> files;
  for (const auto& [path, lines] : project.files) {
    std::string content;
    for (const Line& line : lines) content += line.text + "\n";
    files.push_back({path, content});
  }
  return files;
}

// --- edits ---

struct Editor {
  std::mt19937 random;
  Project& project;
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random() % n; }

  static bool marked(const Line& line) { return !line.begins.empty() || !line.ends.empty(); }
  static std::string indent_of(const std::string& line) {
    return line.substr(0, std::min(line.size(), line.find_first_not_of(" \t")));
  }
  // Whether a line lies within the range of a finding.
  static std::vector<bool> inside(const std::vector<Line>& lines) {
    std::vector<bool> out(lines.size());
    std::set<int> open;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (const int flaw : lines[i].begins) open.insert(flaw);
      out[i] = !open.empty();
      for (const int flaw : lines[i].ends) open.erase(flaw);
    }
    return out;
  }
  // Where a finding of one line stands.
  std::vector<std::size_t> single_lines(const std::vector<Line>& lines) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!lines[i].begins.empty() && lines[i].begins == lines[i].ends) out.push_back(i);
    }
    return out;
  }
  Line fresh_line(const std::string& like) {
    return {indent_of(like) + fmt::format("added_{}({}, {});", below(100000), below(100), below(100))};
  }
  static void insert(std::vector<Line>& lines, std::size_t at, Line line) {
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::move(line));
  }

  void shift(std::vector<Line>& lines) {
    for (std::size_t times = 1 + below(4); times > 0 && !lines.empty(); --times) {
      const std::size_t at = below(lines.size());
      if (inside(lines)[at]) continue;
      for (std::size_t count = 1 + below(5); count > 0; --count) insert(lines, at, fresh_line(lines[at].text));
    }
  }
  void reformat(std::vector<Line>& lines) {
    const std::size_t way = below(3);
    for (Line& line : lines) {
      const std::string indent = indent_of(line.text);
      const std::string rest = line.text.substr(indent.size());
      if (rest.empty()) continue;
      line.text = way == 0 ? indent + indent + rest : way == 1 ? "  " + line.text : line.text + "  ";
    }
  }
  void rename(std::map<std::string, std::vector<Line>>& files, bool edit) {
    std::map<std::string, std::vector<Line>> renamed;
    for (auto& [path, lines] : files) {
      if (edit && lines.size() > 12) shift(lines);
      renamed["moved/" + path] = std::move(lines);
    }
    files = std::move(renamed);
  }
  // Top-level pieces of a file: from a line at its margin behind a blank line to the next such line.
  static std::vector<std::size_t> pieces(const std::vector<Line>& lines) {
    std::vector<std::size_t> begins;
    const auto blank = [&](std::size_t i) { return text::trim(lines[i].text).empty(); };
    const std::vector<bool> in = inside(lines);
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const bool margin = !blank(i) && lines[i].text[0] != ' ' && lines[i].text[0] != '\t';
      if (margin && blank(i - 1) && !in[i - 1]) begins.push_back(i);
    }
    begins.push_back(lines.size());
    return begins;
  }
  void move_function(std::vector<Line>& lines) {
    const std::vector<std::size_t> begins = pieces(lines);
    if (begins.size() < 4) return;
    const std::size_t piece = below(begins.size() - 1);
    const std::vector<Line> moved(lines.begin() + static_cast<std::ptrdiff_t>(begins[piece]),
                                  lines.begin() + static_cast<std::ptrdiff_t>(begins[piece + 1]));
    const std::size_t other = below(begins.size() - 1);
    const std::size_t target = begins[other];
    std::vector<Line> out;
    for (std::size_t i = 0; i <= lines.size(); ++i) {
      if (i == target && other != piece) {
        out.insert(out.end(), moved.begin(), moved.end());
        if (!text::trim(out.back().text).empty()) out.push_back({""});
      }
      const bool gone = other != piece && i >= begins[piece] && i < begins[piece + 1];
      if (i < lines.size() && !gone) out.push_back(lines[i]);
    }
    lines = std::move(out);
  }
  void edit_elsewhere(std::vector<Line>& lines) {
    for (int times = 0; times < 6 && !lines.empty(); ++times) {
      const std::size_t at = below(lines.size());
      const std::vector<bool> in = inside(lines);
      const std::size_t first = at < 2 ? 0 : at - 2, last = std::min(at + 2, lines.size() - 1);
      if (std::find(in.begin() + static_cast<std::ptrdiff_t>(first), in.begin() + static_cast<std::ptrdiff_t>(last) + 1,
                    true) == in.begin() + static_cast<std::ptrdiff_t>(last) + 1)
        lines[at] = fresh_line(lines[at].text);
    }
  }
  void edit_beside(std::vector<Line>& lines) {
    for (const std::size_t at : single_lines(lines)) {
      const std::vector<bool> in = inside(lines);
      const bool above = below(2) == 0;
      if (above ? at == 0 : at + 1 == lines.size()) continue;
      const std::size_t beside = above ? at - 1 : at + 1;
      if (!in[beside]) lines[beside] = fresh_line(lines[at].text);
    }
  }
  // One name in the line of a finding becomes another.
  static std::string with_other_name(const std::string& line, std::size_t which, const std::string& suffix) {
    std::vector<std::size_t> ends;
    for (std::size_t i = 1; i <= line.size(); ++i) {
      const bool word = text::is_alnum(line[i - 1]) || line[i - 1] == '_';
      const bool next = i < line.size() && (text::is_alnum(line[i]) || line[i] == '_');
      if (word && !next) ends.push_back(i);
    }
    if (ends.empty()) return line + suffix;
    return std::string(line).insert(ends[which % ends.size()], suffix);
  }
  void edit_flaw(std::vector<Line>& lines) {
    for (const std::size_t at : single_lines(lines)) {
      if (below(3) == 0) lines[at].text = with_other_name(lines[at].text, below(100), "2");
    }
  }
  int new_flaw(int like) {
    project.flaws.push_back(project.flaws[static_cast<std::size_t>(like)]);
    return static_cast<int>(project.flaws.size()) - 1;
  }
  Line with_new_flaws(const Line& like) {
    Line line{like.text};
    for (const int flaw : like.begins) line.begins.push_back(new_flaw(flaw));
    line.ends = line.begins;
    return line;
  }
  void duplicate(std::vector<Line>& lines) {
    const std::vector<std::size_t> places = single_lines(lines);
    if (places.empty()) return;
    const std::size_t at = places[below(places.size())];
    const Line copy = with_new_flaws(lines[at]);
    for (int tries = 0; tries < 20; ++tries) {
      const std::size_t to = below(lines.size());
      const bool beside = to + 1 >= at && to <= at + 1;  // next to its twin nobody can tell which of them is new
      if (inside(lines)[to] || beside) continue;
      return insert(lines, to, copy);
    }
  }
  // The finding is repaired, and some lines further down somebody makes a similar mistake.
  void replace_nearby(std::vector<Line>& lines) {
    std::vector<std::size_t> places = single_lines(lines);
    std::ranges::shuffle(places, random);
    for (const std::size_t at : places) {
      const std::size_t to = at + 3 + below(4);
      if (to >= lines.size() || inside(lines)[to] || text::trim(lines[at + 1].text).empty()) continue;
      Line similar = with_new_flaws(lines[at]);
      similar.text = with_other_name(similar.text, below(100), "_other");
      insert(lines, to, std::move(similar));
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
      return;
    }
  }
  // Two places get the same flaw, in the base as well; then the functions around them change places.
  void twins(std::vector<Line>& lines) {
    const std::vector<std::size_t> begins = pieces(lines);
    std::vector<std::size_t> places = single_lines(lines);
    // A whole function on one line would be its own twin: nobody could tell them apart.
    std::erase_if(places, [&](std::size_t i) { return indent_of(lines[i].text).empty(); });
    if (places.empty() || begins.size() < 3) return;
    const Line twin = with_new_flaws(lines[places[below(places.size())]]);
    const std::size_t to = begins[below(begins.size() - 1)] + 1;
    if (to < lines.size() && !inside(lines)[to]) insert(lines, to, twin);
  }
};

struct Mutation {
  const char* name;
  void (*apply)(Editor&);
  bool keeps_flaws;  // is held to the bar
};

void each_file(Editor& editor, void (Editor::*edit)(std::vector<Line>&)) {
  for (auto& [path, lines] : editor.project.files) (editor.*edit)(lines);
}

const Mutation kMutations[] = {
    {"nothing", [](Editor&) {}, true},
    {"lines inserted", [](Editor& it) { each_file(it, &Editor::shift); }, true},
    {"reformatted: indentation, white space", [](Editor& it) { each_file(it, &Editor::reformat); }, true},
    {"renamed", [](Editor& it) { it.rename(it.project.files, false); }, true},
    {"renamed and lines inserted", [](Editor& it) { it.rename(it.project.files, true); }, true},
    {"functions moved in the file", [](Editor& it) { each_file(it, &Editor::move_function); }, true},
    {"edited elsewhere", [](Editor& it) { each_file(it, &Editor::edit_elsewhere); }, true},
    {"the line before or after edited", [](Editor& it) { each_file(it, &Editor::edit_beside); }, true},
    {"the same flaw added elsewhere", [](Editor& it) { each_file(it, &Editor::duplicate); }, true},
    {"twins change places with their functions", [](Editor& it) { each_file(it, &Editor::move_function); }, true},
    {"repaired, a similar one added nearby", [](Editor& it) { each_file(it, &Editor::replace_nearby); }, true},
    {"a name in its own line edited", [](Editor& it) { each_file(it, &Editor::edit_flaw); }, false},
};

// --- the run, as `check --base-report` does it ---

struct Score {
  std::size_t kept = 0, survived = 0, fresh = 0, jumps = 0;
  std::array<std::size_t, kMatchStageNames.size()> by_stage{};
};

// The number of each finding by where its report has it.
int number_of(const ObservationTable& table, Row row, const std::vector<std::vector<int>>& numbers) {
  const ObservationRow& it = table.row(row);
  const std::string_view list = table.text(it.list);  // "/runs/3/results"
  const std::size_t run = static_cast<std::size_t>(std::stoi(std::string(list.substr(6))));
  return numbers.at(run).at(it.ordinal);
}

void score(const Project& base, const Project& head, const std::string& what, Score& out) {
  const TempDir folder;
  make_repository(folder / "repository", {{"main", {}, git_files(base)}, {"change", {"main"}, git_files(head)}});
  std::vector<std::vector<int>> base_numbers, head_numbers;
  std::ofstream(folder / "base.sarif") << sarif_of(base, base_numbers);
  std::ofstream(folder / "head.sarif") << sarif_of(head, head_numbers);
  auto evidence = app::gather(quiet_ports(folder / "repository"), {.repository = folder / "repository",
                                                                   .base = "main",
                                                                   .head = "change",
                                                                   .reports = {folder / "head.sarif"},
                                                                   .base_reports = {folder / "base.sarif"}});
  REQUIRE(evidence.ok());
  const app::Found found = app::find_findings(*evidence);
  const Assessment& it = found.assessment;
  const correlate::LineMap lines(it.change);
  const Findings old_findings =
      correlate::find({.table = it.base_table,
                       .files = *evidence->base_files,
                       .placement = evidence->base_sources.placement,
                       .contexts = evidence->base_sources.contexts,
                       .repository = "",
                       .current_path = [&](std::string_view path) { return lines.head_path(path); }});
  std::map<FindingId, int> old_number;
  std::set<int> old_numbers;
  for (const Finding& finding : old_findings.all) {
    old_number[finding.id] = number_of(it.base_table, finding.primary, base_numbers);
    old_numbers.insert(old_number[finding.id]);
  }
  for (std::size_t i = 0; i < it.findings.all.size(); ++i) {
    const Finding& finding = it.findings.all[i];
    if (finding.in_base_only || it.table.row(finding.primary).report != 0) continue;
    const int number = number_of(it.table, finding.primary, head_numbers);
    const BaseMatch* const match = it.base_match_of(i);
    const bool is_old = old_numbers.contains(number);
    ++(is_old ? out.kept : out.fresh);
    if (match == nullptr) {
      if (is_old && std::getenv("GATEPOST_SHOW_LOST") != nullptr) {
        const Range& range = finding.range;
        MESSAGE(what << ": lost " << head.flaws[static_cast<std::size_t>(number)].rule << " "
                     << std::string(it.findings.path_of(finding)) << ":" << range.first_line << "-" << range.last_line);
      }
      continue;
    }
    const bool right = old_number.at(match->id) == number;
    if (right) {
      ++out.survived;
      ++out.by_stage[static_cast<std::size_t>(match->stage)];
      continue;
    }
    ++out.jumps;
    MESSAGE(what << ": a jump by " << std::string(to_string(match->stage)) << " at "
                 << std::string(it.findings.path_of(finding)) << ":" << finding.range.first_line);
  }
}

}  // namespace

TEST_CASE("matching: findings survive what keeps them and never become others (seed 20)") {
  if (!have_git()) return;
  const auto library = git::Library::start();
  REQUIRE(library.ok());
  const Project real = real_project();
  REQUIRE(real.flaws.size() > 100);
  std::string table;
  for (const Mutation& kind : kMutations) {
    Score total;
    for (unsigned run = 0; run < random_runs(2); ++run) {
      Project base = real;
      Editor before{std::mt19937(20 + run), base};
      if (std::string_view(kind.name).starts_with("twins")) each_file(before, &Editor::twins);
      Project head = base;
      Editor editor{std::mt19937(1000 + run), head};
      kind.apply(editor);
      score(base, head, kind.name, total);
    }
    std::string stages;
    for (std::size_t i = 0; i < kMatchStageNames.size(); ++i) {
      if (total.by_stage[i] > 0) stages += fmt::format(" {} {}", kMatchStageNames[i], total.by_stage[i]);
    }
    table += fmt::format("| {} | {} | {:.2f} % | {} | {} |{} |\n", kind.name, total.kept,
                         100.0 * static_cast<double>(total.survived) / static_cast<double>(total.kept), total.fresh,
                         total.jumps, stages);
    INFO(std::string(kind.name));
    CHECK(total.jumps == 0);
    if (kind.keeps_flaws) CHECK(total.survived * 100 >= total.kept * 99);
  }
  MESSAGE("| edit | findings | recognised | new ones | jumps | by stage |\n" << table);
}
