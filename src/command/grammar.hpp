// Reads a comment: is its first line a command? Total: any bytes have an answer, in time linear in the first line and
// the beginning of the others.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "command/command.hpp"

namespace gatepost::command {

inline constexpr std::size_t kLongestLine = 1000;                   // bytes of a command
inline constexpr std::size_t kLongestText = 500;                    // of a reason
inline constexpr std::size_t kLongestBody = std::size_t{64} << 10;  // no more of a comment is looked at

// A line that was meant as a command and is none. Plain text: what it quotes is printable, and still a stranger's.
struct Mistake {
  std::string found;     // "\"31.12.2026\" is no day"
  std::string expected;  // "a day as 2027-01-31"
  std::string example;   // "/gatepost waive GP-ABCDEFGH until 2027-01-31 reason …"
  friend bool operator==(const Mistake&, const Mistake&) = default;
};

// Neither: the comment does not speak to us, or only quotes.
struct Reading {
  std::optional<Command> command;
  std::optional<Mistake> mistake;
};

// A command stands on the first line and nowhere else: "/gatepost VERB …", optionally "/gatepost @COMMIT VERB …" to
// bind it to a commit. Words are exact, with blanks between them. Quoted and fenced text says nothing.
Reading read(std::string_view body);

}  // namespace gatepost::command
