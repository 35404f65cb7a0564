// Versions of Debian, RPM and Alpine packages.
#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "model/version.hpp"

namespace gatepost::versions {
namespace {

struct Packaged {
  std::string_view epoch, version, release;
  bool has_release = false;
};

bool is_letter(char c) { return text::is_alnum(c) && !text::is_digit(c); }

// The release is what stands behind the last hyphen.
void split_release(std::string_view text, Packaged& it) {
  const std::size_t hyphen = text.rfind('-');
  it.version = text.substr(0, hyphen);
  it.has_release = hyphen != std::string_view::npos;
  if (it.has_release) it.release = text.substr(hyphen + 1);
}

// "epoch:version-release" of Debian.
std::optional<Packaged> parse_debian(std::string_view text) {
  Packaged it;
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    it.epoch = text.substr(0, colon);
    if (it.epoch.empty() || !std::ranges::all_of(it.epoch, text::is_digit)) return std::nullopt;
    text.remove_prefix(colon + 1);
  }
  constexpr std::string_view kMarks = ".+-~:";
  const auto allowed = [&](char c) { return text::is_alnum(c) || kMarks.find(c) != std::string_view::npos; };
  split_release(text, it);
  const bool complete = !it.version.empty() && (!it.has_release || !it.release.empty());
  return complete && std::ranges::all_of(text, allowed) ? std::optional(it) : std::nullopt;
}

// The same of RPM, which takes any characters, and a colon for a separator unless digits alone stand before it.
Packaged parse_rpm(std::string_view text) {
  Packaged it;
  std::string_view rest = text;
  const std::string_view digits = take_digits(rest);
  if (rest.starts_with(':')) {
    it.epoch = digits;
    text = rest.substr(1);
  }
  split_release(text, it);
  return it;
}

// --- Debian: parts without digits and numbers, in turn ---

// "~" comes before the end, the end before letters, letters before all else.
int debian_weight(std::string_view rest) {
  if (rest.empty() || text::is_digit(rest[0])) return 0;
  if (rest[0] == '~') return -1;
  return is_letter(rest[0]) ? rest[0] : rest[0] + 256;
}

std::strong_ordering compare_debian(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    for (;;) {
      const int left = debian_weight(a), right = debian_weight(b);
      if (left != right) return left <=> right;
      if (left == 0) break;
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
    if (const auto order = compare_numbers(take_digits(a), take_digits(b)); order != 0) return order;
  }
  return std::strong_ordering::equal;
}

// --- RPM: runs of digits or letters; whatever stands between them only separates ---

void skip_separators(std::string_view& rest) {
  while (!rest.empty() && !text::is_alnum(rest[0]) && rest[0] != '~' && rest[0] != '^') rest.remove_prefix(1);
}

std::string_view take_letters(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && is_letter(rest[length])) ++length;
  const std::string_view letters = rest.substr(0, length);
  rest.remove_prefix(length);
  return letters;
}

// Both begin with a run: numbers are newer than letters.
std::strong_ordering compare_runs(std::string_view& a, std::string_view& b) {
  const bool left = text::is_digit(a[0]), right = text::is_digit(b[0]);
  if (left != right) return left <=> right;
  return left ? compare_numbers(take_digits(a), take_digits(b)) : take_letters(a) <=> take_letters(b);
}

std::strong_ordering compare_rpm(std::string_view a, std::string_view b) {
  for (;;) {
    skip_separators(a);
    skip_separators(b);
    const bool left_tilde = a.starts_with('~'), right_tilde = b.starts_with('~');
    if (left_tilde != right_tilde) return right_tilde <=> left_tilde;
    // "^" is newer than the end and older than anything else.
    const bool left_caret = a.starts_with('^'), right_caret = b.starts_with('^');
    if (left_caret != right_caret) {
      if (left_caret) return b.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
      return a.empty() ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    if (left_tilde || left_caret) {
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (a.empty() || b.empty()) return b.empty() <=> a.empty();
    if (const auto order = compare_runs(a, b); order != 0) return order;
  }
}

// --- Alpine: 1.2.3a_rc1_p2~hash-r4 ---

// In the order in which they end a comparison: of two versions that differ in what comes next, the one with the
// earlier token is newer.
enum class Token : std::uint8_t { first, number, letter, suffix, suffix_number, hash, revision, end, invalid };

constexpr std::array<std::string_view, 9> kSuffixes = {"alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"};
constexpr std::size_t kOlder = 4;  // the first ones come before the release

class AlpineTokens {
 public:
  explicit AlpineTokens(std::string_view version) : rest_(version) {}
  Token token = Token::first;
  std::string_view text;
  std::size_t suffix = 0;

  void next() {
    if (!began_) {
      began_ = true;
      return digits(Token::first);
    }
    if (token == Token::end || token == Token::invalid) return;
    if (rest_.empty()) return void(token = Token::end);
    const char c = rest_[0];
    if (token == Token::suffix && text::is_digit(c)) return digits(Token::suffix_number);
    if (c == '.' && token <= Token::number) return after(1, Token::number);
    if (c >= 'a' && c <= 'z' && token <= Token::number) return letter();
    if (c == '_' && token <= Token::suffix_number) return word();
    if (c == '~' && token <= Token::suffix_number) return hash();
    if (rest_.starts_with("-r") && token <= Token::hash) return after(2, Token::revision);
    token = Token::invalid;
  }

 private:
  void digits(Token kind) {
    text = take_digits(rest_);
    token = text.empty() ? Token::invalid : kind;
  }
  void after(std::size_t skipped, Token kind) {
    rest_.remove_prefix(skipped);
    digits(kind);
  }
  void letter() {
    text = rest_.substr(0, 1);
    rest_.remove_prefix(1);
    token = Token::letter;
  }
  void word() {
    rest_.remove_prefix(1);
    text = take_letters(rest_);
    suffix = static_cast<std::size_t>(std::ranges::find(kSuffixes, text) - kSuffixes.begin());
    token = suffix == kSuffixes.size() ? Token::invalid : Token::suffix;
  }
  void hash() {
    rest_.remove_prefix(1);
    const std::size_t length = std::min(rest_.find_first_not_of("0123456789abcdef"), rest_.size());
    text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    token = text.empty() ? Token::invalid : Token::hash;
  }

  std::string_view rest_;
  bool began_ = false;
};

bool is_apk(std::string_view text) {
  AlpineTokens tokens(text);
  do tokens.next();
  while (tokens.token < Token::end);
  return tokens.token == Token::end;
}

std::strong_ordering compare_tokens(const AlpineTokens& a, const AlpineTokens& b) {
  switch (a.token) {
    case Token::number:
      // Behind a point, digits that begin with 0 are a fraction.
      if (a.text.starts_with('0') || b.text.starts_with('0')) return a.text <=> b.text;
      return compare_numbers(a.text, b.text);
    case Token::suffix:
      return a.suffix <=> b.suffix;
    case Token::letter:
    case Token::hash:
      return a.text <=> b.text;
    default:
      return compare_numbers(a.text, b.text);
  }
}

bool is_older(const AlpineTokens& it) { return it.token == Token::suffix && it.suffix < kOlder; }

std::strong_ordering compare_apk(std::string_view a, std::string_view b) {
  AlpineTokens left(a), right(b);
  for (;;) {
    left.next();
    right.next();
    if (left.token != right.token) break;
    if (left.token == Token::end) return std::strong_ordering::equal;
    if (const auto order = compare_tokens(left, right); order != 0) return order;
  }
  if (is_older(left) != is_older(right)) return is_older(right) <=> is_older(left);
  return right.token <=> left.token;
}

}  // namespace

Order deb(std::string_view a, std::string_view b) {
  const auto left = parse_debian(a), right = parse_debian(b);
  if (!left || !right) return std::nullopt;
  if (const auto order = compare_numbers(left->epoch, right->epoch); order != 0) return order;
  if (const auto order = compare_debian(left->version, right->version); order != 0) return order;
  return compare_debian(left->release, right->release);  // no revision is revision 0
}

Order rpm(std::string_view a, std::string_view b) {
  const Packaged left = parse_rpm(a), right = parse_rpm(b);
  if (const auto order = compare_numbers(left.epoch, right.epoch); order != 0) return order;
  if (const auto order = compare_rpm(left.version, right.version); order != 0) return order;
  if (left.has_release != right.has_release) return left.has_release <=> right.has_release;
  return compare_rpm(left.release, right.release);
}

Order apk(std::string_view a, std::string_view b) {
  if (!is_apk(a) || !is_apk(b)) return std::nullopt;
  return compare_apk(a, b);
}

}  // namespace gatepost::versions
