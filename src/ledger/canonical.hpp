// Canonical JSON (RFC 8785): one value has exactly one text, so that its hash means the value. Two restrictions:
// numbers are whole and have at most 53 bits, and there is no null, because what is unknown is left out.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ledger {

inline constexpr std::int64_t kMostInteger = (std::int64_t{1} << 53) - 1;  // what every reader of JSON keeps exactly

// Appends the one literal of a text. Bytes that are not UTF-8 become U+FFFD.
void append_canonical(std::string& out, std::string_view text);
// The order of keys: by UTF-16 code units.
bool comes_before(std::string_view a, std::string_view b);

// Writes front to back. The keys of an object are written in their order; the writer insists on it.
class CanonicalWriter {
 public:
  CanonicalWriter& begin_object() { return open('{', true); }
  CanonicalWriter& end_object() { return close('}'); }
  CanonicalWriter& begin_array() { return open('[', false); }
  CanonicalWriter& end_array() { return close(']'); }
  CanonicalWriter& key(std::string_view key);
  CanonicalWriter& value(std::string_view text);
  CanonicalWriter& value(const char* text) { return value(std::string_view(text)); }
  template <std::integral T>
  CanonicalWriter& value(T number) {
    if constexpr (std::same_as<T, bool>) {
      return raw(number ? "true" : "false");
    } else {
      return integer(static_cast<std::int64_t>(number));
    }
  }
  CanonicalWriter& value(std::span<const std::string> texts);
  CanonicalWriter& raw(std::string_view canonical);

  template <class T>
  CanonicalWriter& field(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  // Left out when empty, 0 or nothing: unknown means absent.
  CanonicalWriter& known(std::string_view name, std::string_view content) {
    return content.empty() ? *this : field(name, content);
  }
  CanonicalWriter& known(std::string_view name, const std::vector<std::string>& content) {
    return content.empty() ? *this : key(name).value(std::span(content));
  }
  template <std::integral T>
  CanonicalWriter& known(std::string_view name, T content) {
    return content == T{} ? *this : field(name, content);
  }
  template <std::integral T>
  CanonicalWriter& known(std::string_view name, const std::optional<T>& content) {
    return content ? field(name, *content) : *this;
  }

  [[nodiscard]] const std::string& text() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  struct Open {
    bool object = false, empty = true;
    std::string last_key;
  };
  CanonicalWriter& open(char bracket, bool object);
  CanonicalWriter& close(char bracket);
  CanonicalWriter& integer(std::int64_t number);
  void separate();
  std::string out_;
  std::vector<Open> open_;
  bool after_key_ = false;
};

// What a stranger's line may have at most.
struct CanonicalLimits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t values = 50'000;
  std::size_t depth = 12;
};

// One canonical text taken apart. Reading another one uses the memory again; views are of the text that was read.
class CanonicalText {
 public:
  enum class Kind : std::uint8_t { absent, boolean, number, text, array, object };
  struct Node {
    Kind kind = Kind::absent;
    bool escaped = false;        // of a text: it has escapes
    std::uint32_t end = 0;       // first node behind this value
    std::uint32_t key_at = 0;    // of a member: where it begins in the text
    std::uint32_t text_end = 0;  // where the value ends in the text
    std::string_view key;        // as written, without quotes
    std::string_view text;       // of a scalar as written, without quotes
  };

  // A value, or nothing. Asking for what is not there gives nothing.
  class Item {
   public:
    Item() = default;
    Item(const CanonicalText* of, std::uint32_t node) : of_(of), node_(node) {}
    [[nodiscard]] Kind kind() const { return of_ == nullptr ? Kind::absent : node().kind; }
    [[nodiscard]] bool exists() const { return of_ != nullptr; }
    [[nodiscard]] std::string_view key() const { return exists() ? node().key : std::string_view{}; }
    [[nodiscard]] Item at(std::string_view key) const;
    [[nodiscard]] std::string text() const;  // of a text; "" otherwise
    [[nodiscard]] bool is(std::string_view words) const;
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    [[nodiscard]] std::optional<bool> boolean() const;
    [[nodiscard]] const Node& node() const { return of_->nodes_[node_]; }
    // Calls with each member or item in order.
    template <class F>
    void each(const F& call) const {
      if (kind() != Kind::array && kind() != Kind::object) return;
      for (std::uint32_t child = node_ + 1; child < node().end; child = of_->nodes_[child].end) call(Item(of_, child));
    }

   private:
    const CanonicalText* of_ = nullptr;
    std::uint32_t node_ = 0;
  };

  // False when `text` is not canonical; problem() says why, as "byte 17: …".
  bool read(std::string_view text, const CanonicalLimits& limits = {});
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] Item root() const { return nodes_.empty() ? Item() : Item(this, 0); }

 private:
  bool value(std::size_t depth, std::string_view key, std::size_t key_at);
  bool object(std::uint32_t self, std::size_t depth);
  bool array(std::uint32_t self, std::size_t depth);
  bool literal(std::string_view& raw, bool& escaped);
  bool escape();
  bool number(std::uint32_t self);
  bool word(std::uint32_t self, std::string_view expected);
  bool fail(const char* what);
  bool take(char c);

  std::string_view in_;
  std::size_t at_ = 0;
  CanonicalLimits limits_;
  std::vector<Node> nodes_;
  std::string problem_;
};

}  // namespace gatepost::ledger
