#include "support/background.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gatepost::test {

BackgroundProcess::BackgroundProcess(const std::vector<std::string>& arguments, const std::string& directory,
                                     const std::map<std::string, std::string>& environment) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> argv, envp;
  for (const std::string& it : arguments) argv.push_back(const_cast<char*>(it.c_str()));
  for (const std::string& it : variables) envp.push_back(const_cast<char*>(it.c_str()));
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  int in[2], out[2];
  if (::pipe2(in, O_CLOEXEC) != 0) return;
  if (::pipe2(out, O_CLOEXEC) != 0) {
    ::close(in[0]);
    ::close(in[1]);
    return;
  }
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    if (directory.empty() || ::chdir(directory.c_str()) == 0) ::execvpe(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  in_ = in[1];
  out_ = out[0];
}

BackgroundProcess::~BackgroundProcess() {
  if (in_ >= 0) ::close(in_);
  if (out_ >= 0) ::close(out_);
  if (child_ <= 0) return;
  ::kill(child_, SIGTERM);
  ::waitpid(child_, nullptr, 0);
}

std::optional<std::string> BackgroundProcess::line() {
  std::string text;
  char c = 0;
  while (out_ >= 0 && ::read(out_, &c, 1) == 1) {
    if (c == '\n') return text;
    text += c;
  }
  return std::nullopt;
}

}  // namespace gatepost::test
