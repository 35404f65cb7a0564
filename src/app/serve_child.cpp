#include "app/serve_child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace gatepost::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLookMs = 200;
constexpr std::chrono::seconds kForLastWords{10};
constexpr std::size_t kKept = 4096;  // bytes of what it says
constexpr int kNoProgram = 127;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// Between fork and exec: nothing here may take memory or a lock.
[[noreturn]] void become(char* const* arguments, char* const* environment, const char* folder, int output, int parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kNoProgram);  // it ended before it could be said
  ::setpgid(0, 0);                                 // a terminal's Ctrl-C is for us: we end it in our own time
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int input = ::open("/dev/null", O_RDONLY);
  const bool ready =
      input >= 0 && ::dup2(input, 0) == 0 && ::dup2(output, 1) == 1 && ::dup2(output, 2) == 2 && ::chdir(folder) == 0;
  if (!ready) ::_exit(kNoProgram);
  // Connections of others, and the port: they are not the child's.
  if (::close_range(3, ~0U, 0) != 0) {
    for (int other = 3; other < 65'536; ++other) ::close(other);
  }
  ::execve("/proc/self/exe", arguments, environment);
  ::_exit(kNoProgram);
}

class Child {
 public:
  Child(int pid, int output) : pid_(pid), output_(output) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { ::close(output_); }

  ChildEnd attend(const std::function<bool()>& goes_on) {
    ChildEnd end;
    while (!ended()) {
      read_for_a_moment(end.said);
      if (!end.stopped && !goes_on()) {
        end.stopped = true;
        last_ = Clock::now() + kForLastWords;
        ::kill(pid_, SIGTERM);
      }
      if (end.stopped && Clock::now() > last_) ::kill(pid_, SIGKILL);
    }
    while (read_for_a_moment(end.said)) {
    }
    if (WIFEXITED(status_)) end.exit_code = WEXITSTATUS(status_);
    return end;
  }

 private:
  bool ended() { return ::waitpid(pid_, &status_, WNOHANG) == pid_; }

  // False when there is nothing more.
  bool read_for_a_moment(std::string& said) {
    std::array<char, 4096> piece{};
    if (closed_) {
      ::poll(nullptr, 0, kLookMs / 10);
      return false;
    }
    pollfd asked{.fd = output_, .events = POLLIN, .revents = 0};
    if (::poll(&asked, 1, kLookMs) != 1) return false;
    const ssize_t got = ::read(output_, piece.data(), piece.size());
    closed_ = got <= 0;
    if (closed_) return false;
    said.append(piece.data(), static_cast<std::size_t>(got));
    if (said.size() > kKept) said.erase(0, said.size() - kKept);
    return true;
  }

  int pid_, output_, status_ = 0;
  bool closed_ = false;
  Clock::time_point last_;
};

}  // namespace

Result<ChildEnd> run_child(const ChildOrder& order, const std::function<bool()>& goes_on) {
  std::vector<std::string> arguments = {"gatepost"};
  arguments.insert(arguments.end(), order.arguments.begin(), order.arguments.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : order.environment) environment.push_back(name + "=" + value);
  const std::vector<char*> argument_pointers = pointers(arguments), environment_pointers = pointers(environment);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return error(ErrorKind::unavailable, "no pipe can be made for a job");
  const int parent = ::getpid();
  const int pid = ::fork();
  if (pid == 0) become(argument_pointers.data(), environment_pointers.data(), order.folder.c_str(), pipe[1], parent);
  ::close(pipe[1]);
  if (pid < 0) {
    ::close(pipe[0]);
    return error(ErrorKind::unavailable, "no process can be started for a job");
  }
  return Child(pid, pipe[0]).attend(goes_on);
}

}  // namespace gatepost::app
