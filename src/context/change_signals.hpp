// Signals of a change's risk, from its files and lines. The rules and their points are in
// config/rules/change-signals.yaml.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/change.hpp"
#include "model/change_signal.hpp"

namespace gatepost::context {

// A changed file with its contents so far as they are known.
struct ChangedFile {
  const FileChange* change = nullptr;
  std::optional<std::string> before = {}, after = {};
};

// What no file says.
struct ChangeFacts {
  bool new_author = false;  // known to have no commit on the base
};

// Most points first, then by path and line. Of one signal only as many as count; the last says how many more there are.
std::vector<ChangeSignal> change_signals(std::span<const ChangedFile> files, const ChangeFacts& facts = {});
// True when the contents of the file decide about a signal.
bool tells_signals(const FileChange& file);

// The signal with the points and words of its rule; empty when there is no such rule.
std::optional<ChangeSignal> signal_of(std::string_view name, std::string subject, std::string path, std::uint32_t line);
// Of each signal as many as count, with the points that they count; what is not in the rules is left out.
std::vector<ChangeSignal> counted_signals(std::vector<ChangeSignal> signals);
// Two accounts of one change: of each signal the one that counts more.
std::vector<ChangeSignal> stronger_signals(std::vector<ChangeSignal> a, std::vector<ChangeSignal> b);
// Puts what counts first.
void sort_signals(std::vector<ChangeSignal>& signals);

}  // namespace gatepost::context
