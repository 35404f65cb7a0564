#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "context/exposure_sources.hpp"

namespace gatepost::context {
namespace {

constexpr std::size_t kDeepest = 64;             // nested blocks
constexpr std::size_t kLongestValue = 4096;      // bytes of an expression that are looked at
constexpr std::size_t kMostAttributes = 10'000;  // of one resource

struct Attribute {
  std::string name;  // "ingress.cidr_blocks"
  std::string_view value;
  std::uint32_t line = 0;
};

struct Resource {
  std::string type, name;
  std::uint32_t line = 0;
  std::vector<Attribute> attributes;

  [[nodiscard]] const Attribute* find(std::string_view name_of) const {
    const auto found = std::ranges::find(attributes, name_of, &Attribute::name);
    return found == attributes.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool is(std::string_view attribute, std::string_view value) const {
    const Attribute* const it = find(attribute);
    return it != nullptr && it->value == value;
  }
};

bool is_word(char c) { return text::is_alnum(c) || c == '_' || c == '-'; }

// Reads the resources of a file: blocks, attributes and where a value ends; no expression is computed.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // Empty when the braces do not fit.
  std::vector<Resource> read() {
    while (skip_blank(), at_ < text_.size()) {
      if (text_[at_] == '}') {
        if (!close()) return {};
      } else if (!statement()) {
        return {};
      }
    }
    if (!path_.empty()) return {};
    return std::move(resources_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void advance() {
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }

  bool skip_comment() {
    if (peek() == '#' || (peek() == '/' && peek(1) == '/')) {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      return true;
    }
    if (peek() != '/' || peek(1) != '*') return false;
    const std::size_t end = std::min(text_.find("*/", at_ + 2), text_.size());
    while (at_ < end) advance();
    at_ = std::min(end + 2, text_.size());
    return true;
  }

  void skip_blank() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        advance();
      } else if (!skip_comment()) {
        return;
      }
    }
  }

  // A text with its "${…}", in which further texts may stand.
  void skip_string() {
    advance();
    std::size_t braces = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\' && braces == 0) {
        advance();
      } else if ((c == '$' || c == '%') && peek(1) == '{') {
        ++braces;
        advance();
      } else if (c == '}' && braces > 0) {
        --braces;
      } else if (c == '\n' || (c == '"' && braces == 0)) {
        if (c == '"') advance();
        return;
      }
      if (at_ < text_.size()) advance();
    }
  }

  void skip_heredoc() {
    at_ += 2;
    if (peek() == '-') ++at_;
    const std::size_t begin = at_;
    while (is_word(peek())) ++at_;
    const std::string_view mark = text_.substr(begin, at_ - begin);
    while (at_ < text_.size()) {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      if (at_ >= text_.size()) return;
      advance();
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      if (text::trim(text_.substr(at_, end - at_)) != mark) continue;
      at_ = end;
      return;
    }
  }

  // `name = value` or `name "label" … {`.
  bool statement() {
    const std::uint32_t line = line_;
    if (!is_word(peek()) && peek() != '"') return false;
    std::vector<std::string_view> words;
    while (is_word(peek()) || peek() == '"') {
      if (words.size() > 4) return false;
      words.push_back(word());
      while (peek() == ' ' || peek() == '\t') ++at_;
    }
    if (peek() == '=' && peek(1) != '=') {
      ++at_;
      add(words[0], value(), line);
      return true;
    }
    if (peek() != '{') return false;
    ++at_;
    return open(words, line);
  }

  std::string_view word() {
    const std::size_t begin = at_;
    if (peek() == '"') {
      skip_string();
      return text_.substr(begin + 1, at_ - begin > 1 ? at_ - begin - 2 : 0);
    }
    while (is_word(peek())) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::string_view value() {
    while (peek() == ' ' || peek() == '\t') ++at_;
    const std::size_t begin = at_;
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
        continue;
      }
      if (c == '<' && peek(1) == '<' && (is_word(peek(2)))) {
        skip_heredoc();
        continue;
      }
      if (depth == 0 && (c == '\n' || c == '}' || c == '#' || (c == '/' && (peek(1) == '/' || peek(1) == '*')))) break;
      if (c == '#' || (c == '/' && (peek(1) == '/' || peek(1) == '*'))) {
        skip_comment();
        continue;
      }
      if (c == '(' || c == '[' || c == '{') ++depth;
      if ((c == ')' || c == ']' || c == '}') && depth > 0) --depth;
      advance();
    }
    return text::trim(text_.substr(begin, std::min(at_ - begin, kLongestValue)));
  }

  void add(std::string_view name, std::string_view value, std::uint32_t line) {
    if (!in_resource_ || resources_.back().attributes.size() >= kMostAttributes) return;
    std::string full;
    for (std::size_t i = 1; i < path_.size(); ++i) full.append(path_[i]).append(".");
    resources_.back().attributes.push_back({full.append(name), value, line});
  }

  bool open(const std::vector<std::string_view>& words, std::uint32_t line) {
    if (path_.size() >= kDeepest) return false;
    if (path_.empty() && words[0] == "resource" && words.size() == 3) {
      resources_.push_back({std::string(words[1]), std::string(words[2]), line, {}});
      in_resource_ = true;
    }
    path_.push_back(words[0]);
    return true;
  }

  bool close() {
    if (path_.empty()) return false;
    ++at_;
    path_.pop_back();
    if (path_.empty()) in_resource_ = false;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::vector<std::string_view> path_;  // blocks that are open
  bool in_resource_ = false;
  std::vector<Resource> resources_;
};

struct Statement {
  Exposure exposure = Exposure::unknown;
  std::uint32_t line = 0;
  std::string what;
};

bool has_everybody(const Attribute& it) {
  return it.value.find("\"0.0.0.0/0\"") != std::string_view::npos ||
         it.value.find("\"::/0\"") != std::string_view::npos;
}

std::optional<Statement> open_to_all(const Resource& it, std::initializer_list<std::string_view> attributes) {
  for (const Attribute& attribute : it.attributes) {
    if (std::ranges::find(attributes, attribute.name) != attributes.end() && has_everybody(attribute))
      return Statement{Exposure::internet, attribute.line, "lets everybody in"};
  }
  return std::nullopt;
}

std::optional<Statement> is_value(const Resource& it, std::string_view attribute, std::string_view value,
                                  const char* what) {
  const Attribute* const found = it.find(attribute);
  if (found == nullptr || found->value != value) return std::nullopt;
  return Statement{Exposure::internet, found->line, what};
}

std::optional<Statement> load_balancer(const Resource& it) {
  const Attribute* const internal = it.find("internal");
  if (internal == nullptr) return Statement{Exposure::internet, it.line, "is a public load balancer"};
  if (internal->value == "false") return Statement{Exposure::internet, internal->line, "is a public load balancer"};
  if (internal->value == "true") return Statement{Exposure::internal, internal->line, "is an internal load balancer"};
  return std::nullopt;
}

bool one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

std::optional<Statement> statement_of(const Resource& it) {
  // Whether it exists depends on something else.
  if (it.find("for_each") != nullptr || (it.find("count") != nullptr && !it.is("count", "1"))) return std::nullopt;
  const std::string_view type = it.type;
  if (one_of(type, {"aws_lb", "aws_alb", "aws_elb"})) return load_balancer(it);
  if (one_of(type, {"aws_db_instance", "aws_rds_cluster_instance", "aws_redshift_cluster", "aws_mq_broker",
                    "aws_dms_replication_instance"}))
    return is_value(it, "publicly_accessible", "true", "is publicly accessible");
  if (type == "aws_security_group") return open_to_all(it, {"ingress.cidr_blocks", "ingress.ipv6_cidr_blocks"});
  if (type == "aws_security_group_rule" && it.is("type", "\"ingress\""))
    return open_to_all(it, {"cidr_blocks", "ipv6_cidr_blocks"});
  if (type == "aws_vpc_security_group_ingress_rule") return open_to_all(it, {"cidr_ipv4", "cidr_ipv6"});
  if (type == "aws_lambda_function_url") return is_value(it, "authorization_type", "\"NONE\"", "asks nobody who he is");
  if (one_of(type, {"aws_s3_bucket", "aws_s3_bucket_acl"})) {
    auto read = is_value(it, "acl", "\"public-read\"", "is public");
    return read ? read : is_value(it, "acl", "\"public-read-write\"", "is public");
  }
  if (type == "google_compute_firewall") {
    const bool out = it.is("direction", "\"EGRESS\"") || it.is("disabled", "true");
    const bool allows = std::ranges::any_of(
        it.attributes, [](const Attribute& attribute) { return attribute.name.starts_with("allow."); });
    return out || !allows ? std::nullopt : open_to_all(it, {"source_ranges"});
  }
  if (type == "azurerm_network_security_rule" && it.is("direction", "\"Inbound\"") && it.is("access", "\"Allow\"")) {
    for (const char* const all : {"\"*\"", "\"Internet\"", "\"0.0.0.0/0\""}) {
      if (auto found = is_value(it, "source_address_prefix", all, "lets everybody in")) return found;
    }
  }
  return std::nullopt;
}

}  // namespace

void terraform_facts(const DeployFile& file, std::vector<ExposureFact>& out) {
  for (const Resource& resource : Reader(file.text).read()) {
    const auto statement = statement_of(resource);
    if (!statement) continue;
    out.push_back(
        {.exposure = statement->exposure,
         .because = fmt::format("{}:{}: {}.{} {}", file.path, statement->line, text::printable(resource.type, 60),
                                text::printable(resource.name, 60), statement->what),
         .paths = {file.path},
         .images = {},
         .services = {}});
  }
}

}  // namespace gatepost::context
