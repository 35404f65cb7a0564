// The process's exit codes, a public interface.
#pragma once

#include "base/result.hpp"
#include "model/verdict.hpp"

namespace gatepost::app {

enum class ExitCode {
  done = 0,          // verdict pass or warn, or the command did its work
  failed = 1,        // verdict fail: the gate is closed
  usage = 2,         // usage or configuration error; nothing was judged
  inconclusive = 3,  // required evidence missing, unreadable, partial or unrecognised
  unavailable = 4,   // a remote service was unavailable or refused us
  internal = 70,     // a bug
  interrupted = 130,
};

inline ExitCode exit_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
    case Outcome::warn:
      return ExitCode::done;
    case Outcome::fail:
      return ExitCode::failed;
    case Outcome::inconclusive:
      return ExitCode::inconclusive;
  }
  return ExitCode::inconclusive;
}

inline ExitCode exit_code(const Error& error) {
  switch (error.kind) {
    case ErrorKind::usage:
    case ErrorKind::config:
      return ExitCode::usage;
    case ErrorKind::bad_input:
      return ExitCode::inconclusive;
    case ErrorKind::unavailable:
    case ErrorKind::denied:
    case ErrorKind::conflict:
      return ExitCode::unavailable;
  }
  return ExitCode::internal;
}

}  // namespace gatepost::app
