#include "remedy/managers.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/assert.hpp"
#include "base/glob.hpp"
#include "base/regex.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "doc/yaml.hpp"
#include "model/version.hpp"

namespace gatepost::remedy {

// One way to do it, with placeholders.
struct Template {
  std::string edit, run, hint;
  [[nodiscard]] bool empty() const { return edit.empty() && run.empty(); }
};

struct Manager {
  std::string type;
  std::vector<std::string> files;  // patterns of names
  Template upgrade, major, transitive;
  bool pins = false;
  const Regex* name = nullptr;  // what a package may be called
};

namespace {

// A longer one would be cut off where it is shown.
constexpr std::size_t kLongestPath = 200;

struct Book {
  Costs costs;
  std::map<std::string, Regex, std::less<>> names;  // by purl type
  std::vector<Manager> managers;
  std::map<std::string, Manager, std::less<>> systems;
};

Template template_in(doc::View view) {
  return {std::string(view.at("edit").text()), std::string(view.at("run").text()), std::string(view.at("hint").text())};
}

Manager manager_in(doc::View view, const Book& book) {
  Manager it{.type = std::string(view.at("type").text()),
             .upgrade = template_in(view.at("upgrade")),
             .major = template_in(view.at("major")),
             .transitive = template_in(view.at("transitive")),
             .pins = view.at("pins").boolean().value_or(false)};
  for (const doc::View file : view.at("files").items()) it.files.emplace_back(file.text());
  const auto name = book.names.find(it.type);
  GP_ASSERT(name != book.names.end());
  it.name = &name->second;
  return it;
}

std::int64_t cost_in(doc::View view) {
  const auto cost = view.integer();
  GP_ASSERT(cost && *cost > 0 && *cost <= 1000);
  return *cost;
}

Book load() {
  constexpr const char* kName = "rules/remedies.yaml";
  const auto bytes = find_resource(kName);
  GP_ASSERT(bytes.has_value());
  const auto document = doc::parse_yaml(std::string(*bytes), kName);
  GP_ASSERT(document.ok());
  const doc::View root = document->root(), costs = root.at("costs");
  Book book;
  book.costs = {cost_in(costs.at("same_major")), cost_in(costs.at("major")), cost_in(costs.at("base_image")),
                cost_in(costs.at("pin"))};
  for (const auto& [type, pattern] : root.at("names").members()) {
    auto name = Regex::compile("^(?:" + std::string(pattern.text()) + ")$");
    GP_ASSERT(name.ok());
    book.names.emplace(type, std::move(*name));
  }
  for (const auto& [id, view] : root.at("managers").members()) book.managers.push_back(manager_in(view, book));
  for (const auto& [type, view] : root.at("systems").members()) {
    const auto name = book.names.find(type);
    GP_ASSERT(name != book.names.end());
    book.systems.emplace(type, Manager{.type = std::string(type), .upgrade = template_in(view), .name = &name->second});
  }
  return book;
}

const Book& book() {
  static const Book kBook = load();
  return kBook;
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash + 1);
}

bool is_plain(std::string_view path) {
  if (path.size() > kLongestPath) return false;
  return std::ranges::none_of(path, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
}

// Of versions that can be compared; anything else could be a tag, an address or an option.
bool is_version(std::string_view type, std::string_view version) {
  const auto scheme = version_scheme_of(type);
  const std::string_view digits = version.starts_with('v') ? version.substr(1) : version;
  const auto plain = [](char c) {
    return text::is_alnum(c) || std::string_view(".+!:~_-").find(c) != std::string_view::npos;
  };
  return !digits.empty() && text::is_digit(digits.front()) && std::ranges::all_of(digits, plain) && scheme &&
         compare_versions(*scheme, version, version).has_value();
}

// Paths come last: nothing in them is a placeholder.
std::string filled(std::string text, const Change& change) {
  const std::string bare(change.to.starts_with('v') ? change.to.substr(1) : change.to);
  const std::pair<std::string_view, std::string> values[] = {{"{package}", std::string(change.package)},
                                                             {"{version}", std::string(change.to)},
                                                             {"{vversion}", "v" + bare},
                                                             {"{current}", std::string(change.from)},
                                                             {"{folder}", std::string(folder_of(change.manifest))},
                                                             {"{file}", std::string(change.manifest)}};
  for (const auto& [placeholder, value] : values) text = text::replace_all(std::move(text), placeholder, value);
  return text;
}

std::string command(const std::string& run, const Change& change) {
  std::string words;
  for (const std::string_view word : text::split(run, ' ')) {
    const bool fixed = word.find('{') == std::string_view::npos;
    words.append(words.empty() ? "" : " ");
    words += fixed ? std::string(word) : shell_word(filled(std::string(word), change));
  }
  const std::string_view folder = folder_of(change.manifest);
  if (words.empty() || folder.empty()) return words;
  // A folder is never an option.
  const std::string place = (folder.starts_with('-') ? "./" : "") + std::string(folder.substr(0, folder.size() - 1));
  return "cd " + shell_word(place) + " && " + words;
}

const Template& template_for(const Manager& manager, const Change& change) {
  if (change.transitive && !manager.transitive.empty()) return manager.transitive;
  return change.major && !manager.major.empty() ? manager.major : manager.upgrade;
}

}  // namespace

const Costs& costs() { return book().costs; }

const Manager* manager_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (const Manager& it : book().managers) {
    const auto fits = [&](const std::string& file) { return glob_segment_matches(file, name); };
    if (std::ranges::any_of(it.files, fits)) return &it;
  }
  return nullptr;
}

const Manager* system_of(std::string_view purl_type) {
  const auto found = book().systems.find(purl_type);
  return found == book().systems.end() ? nullptr : &found->second;
}

std::string_view purl_type_of(const Manager& manager) { return manager.type; }
bool pins(const Manager& manager) { return manager.pins; }

std::optional<FixStep> step(const Manager& manager, const Change& change) {
  const bool known = manager.name->found_in(change.package) && is_version(manager.type, change.to) &&
                     (change.from.empty() || is_version(manager.type, change.from)) && is_plain(change.manifest);
  if (!known) return std::nullopt;
  const Template& form = template_for(manager, change);
  if (change.from.empty() && form.run.find("{current}") != std::string::npos) return std::nullopt;
  FixStep it{.manifest = std::string(change.manifest),
             .edit = filled(form.edit, change),
             .command = command(form.run, change),
             .hint = filled(form.hint, change)};
  if (change.unsure && manager.pins)
    it.hint = "if the project does not name it itself: " + filled(manager.transitive.edit, change);
  return it;
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain = "@%+=:,./_-";
  const auto plain = [&](char c) { return text::is_alnum(c) || kPlain.find(c) != std::string_view::npos; };
  if (!text.empty() && std::ranges::all_of(text, plain)) return std::string(text);
  return "'" + text::replace_all(std::string(text), "'", "'\\''") + "'";
}

}  // namespace gatepost::remedy
