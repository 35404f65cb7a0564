#include "correlate/code_facts.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace gatepost;
using namespace gatepost::correlate;

namespace {

// The symbol of the line that has an X.
std::string symbol_at_x(const std::string& code, std::string_view path = "a.x") {
  const auto before = code.substr(0, code.find('X'));
  const auto line = static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n'));
  return symbols_of(SourceText(code), path, std::vector{line})[0];
}

}  // namespace

TEST_CASE("symbols: the function, class or block around a line, in many languages") {
  struct Case {
    const char* what;
    const char* code;
    const char* expected;
  };
  const Case cases[] = {
      {"Python", "class Cart:\n    async def pay(self,\n                  it):\n        if it:\n            X\n",
       "Cart.pay"},
      {"behind a function", "def f():\n    pass\n\nX\n", ""},
      {"C", "static int f(char *a)\n{\n  X;\n}\n", "f"},
      {"C, what returns a struct", "struct line *make(int n) {\n  X;\n}\n", "make"},
      {"C++", "namespace shop {\n\nclass Cart : Base {\n  void pay(int n) const {\n    for (;;) {\n      X;\n",
       "Cart.pay"},
      {"Java", "public final class Cart {\n  private void pay(int n) throws Bad {\n    X;\n", "Cart.pay"},
      {"JavaScript", "export async function pay(it) {\n  X;\n}\n", "pay"},
      {"an arrow function", "const pay = async (it) => {\n  X;\n};\n", "pay"},
      {"a method", "class Cart {\n  pay(it) {\n    X;\n", "Cart.pay"},
      {"Go", "func (c *Cart) Pay(n int) error {\n\tX\n}\n", "Pay"},
      {"Rust", "impl Cart {\n    pub fn pay(&self) -> Result<()> {\n        X\n", "Cart.pay"},
      {"Ruby", "module Shop\n  class Cart\n    def pay(n)\n      X\n", "Shop.Cart.pay"},
      {"PHP", "class Cart\n{\n    public function pay($n)\n    {\n        X;\n", "Cart.pay"},
      {"shell", "pay() {\n  X\n}\n", "pay"},
      {"on one line", "void f(int a) { X; }\n", "f"},
      {"what is called is no function", "foo(a, {\n  X,\n});\n", ""},
      {"nor is a condition", "if (a) {\n  X;\n}\n", ""},
  };
  for (const Case& test : cases) {
    INFO(std::string(test.what));
    CHECK(symbol_at_x(test.code) == test.expected);
  }
  CHECK(symbol_at_x("jobs:\n  build:\n    steps:\n      - run: X\n", ".github/workflows/a.yml") == "jobs.build.steps");
}

TEST_CASE("symbols: of lines in any order, each its own") {
  const SourceText source("def f():\n  a\ndef g():\n  b\n");
  const std::vector<std::uint32_t> lines = {4, 2, 9, 0, 2};
  CHECK(symbols_of(source, "a.py", lines) == std::vector<std::string>{"g", "f", "", "", "f"});
}

TEST_CASE("symbols: hostile code costs one pass") {
  std::string deep;
  for (std::size_t i = 0; i < 5000; ++i) deep += std::string(i, ' ') + "def f" + std::to_string(i) + "():\n";
  const std::string name = symbols_of(SourceText(deep), "a.py", std::vector<std::uint32_t>{5000})[0];
  CHECK(std::ranges::count(name, '.') < 32);
  CHECK(symbol_at_x(std::string(1 << 20, '(') + "X").empty());
}

TEST_CASE("code facts: words do not depend on layout, and few words tell nothing") {
  const auto of = [](const char* code, std::uint32_t last) {
    return code_facts(SourceText(code), {.first_line = 1, .last_line = last}, "f");
  };
  CHECK(of("call(a,  b, c)", 1).words == of("  call(a,\n b, c);", 2).words);
  CHECK(of("call(a,  b, c)", 1).text == of("\tcall(a, b, c)  ", 1).text);
  CHECK(of("call(a, b, c)", 1).text != of("call(a, b, d)", 1).text);
  CHECK(of("call(a)", 1).words.empty());
  CHECK(of("call(a)", 9).text == of("call(a)", 1).text);
  CHECK(code_facts(SourceText("a"), {.first_line = 2}, "").text.empty());
  CHECK(code_facts(SourceText("a"), {}, "").text.empty());
}
