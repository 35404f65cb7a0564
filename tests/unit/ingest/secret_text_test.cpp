#include "ingest/secret_text.hpp"

#include <doctest/doctest.h>

#include <string>

#include "ingest/plain_text.hpp"
#include "support/read_report.hpp"

using namespace gatepost;
using namespace gatepost::ingest;

namespace {

const std::string kPemHeader = std::string("-----BEGIN ") + "RSA PRIVATE KEY-----";

}  // namespace

TEST_CASE("secrets: a value that cannot tell two secrets apart counts as masked") {
  CHECK(is_masked("ABCD****************"));
  CHECK(is_masked("[REDACTED]"));
  CHECK(is_masked(kPemHeader));
  CHECK(is_masked("  " + kPemHeader + "\n"));
  CHECK_FALSE(is_masked("correct horse battery staple"));
  CHECK_FALSE(is_masked(kPemHeader + "\nAAAA\n-----END"));
}

TEST_CASE("secrets: the mark has an HMAC of kind and value, and none of a masked value") {
  ObservationTable table;
  const Options options = test::test_options();
  const ReportWriter out(table, table.add_report({}, {}), options);
  const SecretMark mark = mark_secret(out, "token", "correct horse");
  CHECK(mark.kind == "token");
  CHECK(mark.id.starts_with("hmac:"));
  CHECK(mark.id == mark_secret(out, "token", "correct horse").id);
  CHECK(mark.id != mark_secret(out, "password", "correct horse").id);
  CHECK(mark_secret(out, "token", "abc***").id == "");
  CHECK(mark_secret(out, "token", "").id == "");
}

TEST_CASE("secrets: beside the previous key a mark has the id that it had by it") {
  ObservationTable table;
  const std::uint32_t report = table.add_report({}, {});
  Options before = test::test_options(), after = before;
  after.previous_secret_key = before.secret_key;
  after.secret_key = Secret("another key that is used in tests only");
  const SecretMark old = mark_secret(ReportWriter(table, report, before), "token", "correct horse");
  const SecretMark now = mark_secret(ReportWriter(table, report, after), "token", "correct horse");
  CHECK(old.former_id == "");
  CHECK(now.former_id == old.id);
  CHECK(now.id != old.id);
  CHECK(mark_secret(ReportWriter(table, report, after), "token", "abc***").former_id == "");
  after.previous_secret_key = after.secret_key;
  CHECK(mark_secret(ReportWriter(table, report, after), "token", "correct horse").former_id == "");
}

TEST_CASE("secrets: no text repeats the value or what stands in quotes in it") {
  CHECK(without_secret("the token hunter2 is hunter2", "hunter2") == "the token *** is ***");
  CHECK(without_secret("battery-staple is used", "password = \"battery-staple\"") == "*** is used");
  CHECK(without_secret("an a is an a", "x = 'a'") == "an a is an a");
  CHECK(without_secret("password hunter2", R"("password": "hunter2")") == "password ***");
  CHECK(without_secret("password hunter2", R"({'a': 'bcde', "password": "hunter2"})") == "password ***");
  CHECK(without_secret("password hunter2", "password=hunter2; # why") == "password ***");
  CHECK(without_secret("password hunter2", "password: 'hunter2") == "password ***");
  CHECK(without_secret("password hunter2", "password :=   hunter2") == "password ***");
  CHECK(without_secret("password hunter2", "password") == "*** hunter2");
  CHECK(without_secret("a = b", "x =") == "a = b");
  CHECK(without_secret("found correct-ho… here, correct", "correct-horse") == "found ***… here, correct");
  CHECK(without_secret("correct-correct-hors", "correct-horse") == "******");
  CHECK(without_secret("text", "") == "text");
  CHECK(without_secret("a one two z", "one\n\ttwo") == "a *** z");
  CHECK(without_secret("a one\ntwo z", "one\r\ntwo") == "a *** z");
}

TEST_CASE("secrets: addresses lose user and password") {
  CHECK(without_userinfo("https://me:pw@host/path@x") == "https://host/path@x");
  CHECK(without_userinfo("https://me@host") == "https://host");
  CHECK(without_userinfo("https://a@b@host/") == "https://host/");
  CHECK(without_userinfo("https://host/a@b?c@d") == "https://host/a@b?c@d");
  CHECK(without_userinfo("me@host") == "me@host");
}

TEST_CASE("plain text: control characters go, lengths are bounded, only web addresses become links") {
  CHECK(plain_name(std::string(" a\0b\x1B[31m ", 10)) == "ab[31m");
  CHECK(plain_title("a\n  b\tc") == "a b c");
  CHECK(plain_paragraphs("a\r\n\tb\x07") == "a\n\tb");
  CHECK(plain_name(std::string(1'000'000, 'x')).size() == kLongestName);
  CHECK(plain_title(std::string(1'000'000, 'x')).size() == kLongestTitle);
  CHECK(plain_paragraphs(std::string(1'000'000, 'x')).size() == kLongestMessage);
  CHECK(web_address(" HTTPS://me:pw@acme.example/x") == "HTTPS://acme.example/x");
  CHECK(web_address("javascript:alert(1)") == "");
  CHECK(web_address("/etc/passwd") == "");
}

TEST_CASE("secrets: what code has in quotes is hidden also as the program sees it") {
  const SecretGuard guard(R"(PASSWORD = 'it\'s \\"secret')");
  CHECK(guard.masked("password it\\'s \\\\\"secret in code") == "password *** in code");
  CHECK(guard.masked("password it's \\\"secret in memory") == "password *** in memory");
  CHECK(guard.masked("nothing of it") == "nothing of it");
}

TEST_CASE("secrets: prose about a password in code hides what it quotes when nothing else tells the value") {
  CHECK(SecretGuard("").masked_credential("Possible hardcoded password: 'hunter2'") ==
        "Possible hardcoded password: '***'");
  CHECK(SecretGuard("").masked_credential("an unclosed 'quote") == "an unclosed 'quote");
  CHECK(SecretGuard("pw = 'hunter2'").masked_credential("'hunter2' is assigned to 'pw'") ==
        "'***' is assigned to 'pw'");
}
