#include "forge/answer.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/shape.hpp"

namespace gatepost::forge {
namespace {

constexpr std::size_t kMostReasons = 5, kDeepest = 4;
constexpr std::size_t kLargestRefusal = std::size_t{1} << 20;

// The texts below `view`, each with the names of the members it was found in: {"title": ["is taken"]} says
// "title is taken". One level is one call: the depth is bounded.
void collect(doc::View view, const std::string& names, std::size_t depth, std::vector<std::string>& out) {
  if (out.size() >= kMostReasons || depth > kDeepest) return;
  if (view.is_string() || view.is_number()) {
    const std::string words(view.scalar());
    if (!words.empty()) out.push_back(names.empty() ? words : names + " " + words);
  }
  for (const doc::View item : view.items()) collect(item, names, depth + 1, out);
  for (const auto& [key, value] : view.members()) {
    // "base" and "error" are wrappers, not names of what is wrong.
    const bool wrapper = key == "base" || key == "error" || key == "message";
    collect(value, wrapper ? names : std::string(key), depth + 1, out);
  }
}

// One of GitHub's `errors`: a text, or {resource, field, code, message}.
std::string reason_of(doc::View problem) {
  if (problem.is_string()) return std::string(problem.text());
  if (const std::string_view message = problem.at("message").text(); !message.empty()) return std::string(message);
  std::string where(problem.at("resource").text());
  const std::string_view field = problem.at("field").text(), code = problem.at("code").text();
  if (!field.empty()) where += (where.empty() ? "" : ".") + std::string(field);
  if (code.empty()) return where;
  return where.empty() ? std::string(code) : where + ": " + std::string(code);
}

std::string joined(std::vector<std::string> parts) {
  std::vector<std::string> different;
  for (std::string& part : parts) {
    part = text::fold_whitespace(part);
    if (!part.empty() && std::ranges::find(different, part) == different.end()) different.push_back(std::move(part));
  }
  return text::join(different, "; ");
}

}  // namespace

Result<doc::Document> json_of(const net::Response& response, std::string_view what) {
  const doc::FirstLook look = doc::first_look(std::string_view(response.body).substr(0, 4096));
  if (look.shape != doc::Shape::json_object && look.shape != doc::Shape::json_array) {
    return error(ErrorKind::unavailable,
                 std::string(what) + ": the answer is " + doc::describe(look.shape) + ", not JSON",
                 "does a proxy or a login page answer instead of the forge?");
  }
  auto document = doc::parse_json(response.body, "the answer");
  if (!document) return error(ErrorKind::unavailable, std::string(what) + ": " + document.error().message);
  return document;
}

std::string said_in(std::string_view body) {
  if (body.size() > kLargestRefusal) return {};
  const auto document = doc::parse_json(std::string(body), "the answer");
  if (!document) return {};
  const doc::View root = document->root();
  std::vector<std::string> said;
  collect(root.at("message"), "", 0, said);
  for (const doc::View problem : root.at("errors").items()) {
    if (said.size() >= kMostReasons) break;
    said.push_back(reason_of(problem));
  }
  if (said.empty()) collect(root.at("error"), "", 0, said);
  if (const std::string_view more = root.at("error_description").text(); !more.empty()) said.emplace_back(more);
  return joined(std::move(said));
}

std::optional<std::uint64_t> number_of(doc::View view) {
  if (!view.is_number() && !view.is_string()) return std::nullopt;
  const std::string_view digits = view.scalar();
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failure != std::errc{} || end != digits.data() + digits.size() || number == 0) return std::nullopt;
  return number;
}

std::string id_of(doc::View view) {
  const auto number = number_of(view);
  return number ? std::to_string(*number) : std::string();
}

bool is_commit(std::string_view text) {
  const bool hex =
      (text.size() == 40 || text.size() == 64) && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return hex && text.find_first_not_of('0') != std::string_view::npos;
}

std::string commit_of(doc::View view) {
  const std::string commit = text::lower(view.text().substr(0, 65));
  return is_commit(commit) ? commit : std::string();
}

std::string sentence_of(const Error& failure) {
  return failure.hint.empty() ? failure.message : failure.message + "; " + failure.hint;
}

bool is_older(const std::string& id, const std::string& than) {
  return id.size() != than.size() ? id.size() < than.size() : id < than;
}

std::uint32_t line_of(doc::View view) {
  const auto line = number_of(view);
  return line && *line <= UINT32_MAX ? static_cast<std::uint32_t>(*line) : 0;
}

bool has_dot_segment(std::string_view path) {
  const auto parts = text::split(path, '/');
  return std::ranges::any_of(parts, [](std::string_view part) { return part == "." || part == ".."; });
}

}  // namespace gatepost::forge
