#include "net/listener.hpp"

#include <fmt/core.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/text.hpp"

namespace gatepost::net {
namespace {

constexpr int kBacklog = 511;  // connections that the system keeps for us
constexpr std::size_t kPiece = std::size_t{16} << 10;
constexpr std::chrono::milliseconds kFarewell{500};  // for reading on after an answer that came early

using Clock = std::function<Timestamp()>;

// Bytes of bodies that are in memory, of all connections.
class Budget {
 public:
  explicit Budget(std::size_t limit) : limit_(limit) {}
  bool take(std::size_t bytes) {
    if (used_.fetch_add(bytes) + bytes <= limit_) return true;
    used_ -= bytes;
    return false;
  }
  void give_back(std::size_t bytes) { used_ -= bytes; }

 private:
  std::size_t limit_;
  std::atomic<std::size_t> used_ = 0;
};

enum class Trouble { none, late, large_headers, large_body, memory };

// One connection: reads until a point in time and up to a size, whatever the other side does.
class BoundedStream final : public httplib::Stream {
 public:
  BoundedStream(int socket, const ListenerLimits& limits, Budget& budget, const Clock& now)
      : socket_(socket),
        limits_(limits),
        budget_(budget),
        now_(now),
        begun_(now()),
        until_(after(limits.for_headers)) {}
  BoundedStream(const BoundedStream&) = delete;
  BoundedStream& operator=(const BoundedStream&) = delete;
  ~BoundedStream() override { budget_.give_back(taken_); }

  [[nodiscard]] Trouble trouble() const { return trouble_; }
  // All of the request was read: nothing that is under way makes the system break the connection off.
  void note_whole() { whole_ = true; }
  [[nodiscard]] bool is_whole() const { return whole_; }
  void begin_body() {
    in_body_ = true;
    until_ = after(limits_.for_request);
  }

  bool is_readable() const override { return at_ < filled_ || wait(POLLIN, until_); }
  bool is_writable() const override { return wait(POLLOUT, {now_().unix_ms + limits_.for_answer.count()}); }

  ssize_t read(char* into, std::size_t size) override {
    if (at_ == filled_ && !fill()) return trouble_ == Trouble::none ? 0 : -1;
    const std::size_t count = std::min(size, filled_ - at_);
    if (!allow(count)) return -1;
    std::copy_n(buffer_.data() + at_, count, into);
    at_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* bytes, std::size_t size) override {
    if (!is_writable()) return -1;
    return ::send(socket_, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  // Reads on for a moment, so that the other side gets to read our answer.
  void take_leave() {
    ::shutdown(socket_, SHUT_WR);
    const Timestamp until{now_().unix_ms + kFarewell.count()};
    for (int i = 0; i < 64 && wait(POLLIN, until); ++i) {
      if (::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT) <= 0) return;
    }
  }

  // Who it is says the proxy before us, if anybody.
  void get_remote_ip_and_port(std::string& /*ip*/, int& port) const override { port = 0; }
  void get_local_ip_and_port(std::string& /*ip*/, int& port) const override { port = 0; }
  int socket() const override { return socket_; }

 private:
  [[nodiscard]] Timestamp after(std::chrono::milliseconds time) const { return {begun_.unix_ms + time.count()}; }

  [[nodiscard]] bool wait(short what, Timestamp until) const {
    pollfd asked{.fd = socket_, .events = what, .revents = 0};
    const std::int64_t rest = until.unix_ms - now_().unix_ms;
    return rest > 0 && ::poll(&asked, 1, static_cast<int>(rest)) == 1;
  }

  bool fill() {
    if (!wait(POLLIN, until_)) {
      trouble_ = Trouble::late;
      return false;
    }
    const ssize_t got = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    at_ = 0;
    filled_ = got > 0 ? static_cast<std::size_t>(got) : 0;
    return got > 0;
  }

  bool allow(std::size_t bytes) {
    if (!in_body_) {
      headers_ += bytes;
      if (headers_ > limits_.headers) trouble_ = Trouble::large_headers;
      return trouble_ == Trouble::none;
    }
    // What chunks add is little, or it is no body that anybody sends.
    if (taken_ + bytes > limits_.body + limits_.body / 8 + kPiece)
      trouble_ = Trouble::large_body;
    else if (!budget_.take(bytes))
      trouble_ = Trouble::memory;
    else
      taken_ += bytes;
    return trouble_ == Trouble::none;
  }

  int socket_;
  const ListenerLimits& limits_;
  Budget& budget_;
  const Clock& now_;
  Timestamp begun_, until_;
  bool in_body_ = false, whole_ = false;
  std::size_t headers_ = 0, taken_ = 0, at_ = 0, filled_ = 0;
  Trouble trouble_ = Trouble::none;
  std::array<char, kPiece> buffer_{};
};

// The connection that this thread works at; and whether it is to be turned away, as there are too many.
thread_local BoundedStream* t_stream = nullptr;
thread_local bool t_turned_away = false;

// Threads that work, and connections that wait for one.
class Workers final : public httplib::TaskQueue {
 public:
  Workers(unsigned threads, unsigned waiting) : most_waiting_(waiting) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }

  void enqueue(std::function<void()> task) override {
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.size() < most_waiting_) {
        tasks_.push_back(std::move(task));
        ready_.notify_one();
        return;
      }
    }
    t_turned_away = true;
    task();
    t_turned_away = false;
  }

  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    ready_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  void work() {
    while (true) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [this] { return ends_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

  unsigned most_waiting_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> tasks_;
  bool ends_ = false;
  std::vector<std::thread> threads_;
};

int status_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::none:
      return 400;
    case Trouble::late:
      return 408;
    case Trouble::large_headers:
      return 431;
    case Trouble::large_body:
      return 413;
    case Trouble::memory:
      return 503;
  }
  return 400;
}

// What is refused by the headers alone; empty when nothing is.
std::optional<int> refusal(const httplib::Request& request, const Route& route, std::size_t largest) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (route.post ? request.method != "POST" : !reads) return 405;
  if (!route.post) return std::nullopt;
  if (request.has_header("Content-Encoding")) return 415;
  if (text::lower(request.get_header_value("Content-Type")).starts_with("multipart/")) return 415;
  const std::size_t lengths = request.get_header_value_count("Content-Length");
  const std::size_t codings = request.get_header_value_count("Transfer-Encoding");
  if (lengths + codings != 1) return lengths + codings == 0 ? 411 : 400;
  if (codings == 1)
    return text::lower(request.get_header_value("Transfer-Encoding")) == "chunked" ? std::nullopt : std::optional(501);
  const auto length = text::parse_number(request.get_header_value("Content-Length"));
  if (!length) return 400;
  return *length > largest ? std::optional(413) : std::nullopt;
}

class HttpListener final : public Listener, private httplib::Server {
 public:
  HttpListener(std::vector<Route> routes, const ListenerLimits& limits, Clock now)
      : routes_(std::move(routes)), limits_(limits), now_(std::move(now)), budget_(limits.memory) {
    new_task_queue = [this] { return new Workers(limits_.connections, limits_.waiting); };
    set_payload_max_length(limits_.body);
    set_tcp_nodelay(true);
    // The library's own would let two programs share one port.
    set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    set_pre_routing_handler([this](const auto& request, auto& response) { return before(request, response); });
    set_exception_handler([](const auto&, auto& response, std::exception_ptr) { response.status = 500; });
    declare();
  }

  Status bind(const std::string& host, int port) {
    const bool any = port == 0;
    port_ = any ? bind_to_any_port(host) : (bind_to_port(host, port) ? port : -1);
    if (port_ > 0 && ::listen(svr_sock_, kBacklog) == 0) return Done{};
    return error(ErrorKind::unavailable, fmt::format("{}:{} cannot be listened on", text::printable(host, 60), port),
                 "is the port taken, or the address not this machine's?");
  }

  [[nodiscard]] int port() const override { return port_; }

  void serve() override {
    if (!stopped_) listen_after_bind();
    ended_ = true;
  }

  void stop() override {
    stopped_ = true;
    // Who is just about to begin has not heard of it yet.
    while (!ended_) {
      if (is_running()) return httplib::Server::stop();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

 private:
  // One connection, one request.
  bool process_and_close_socket(socket_t socket) override {
    if (t_turned_away) return turn_away(socket);
    BoundedStream stream(socket, limits_, budget_, now_);
    t_stream = &stream;
    bool closed = false;
    const bool answered = process_request(stream, true, closed, nullptr);
    t_stream = nullptr;
    if (!stream.is_whole()) stream.take_leave();
    ::close(socket);
    return answered;
  }

  static bool turn_away(socket_t socket) {
    constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    const ssize_t sent = ::send(socket, kBusy.data(), kBusy.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(socket, SHUT_WR);
    ::close(socket);
    return sent > 0;
  }

  HandlerResponse before(const httplib::Request& request, httplib::Response& response) {
    const auto route = std::ranges::find(routes_, request.path, &Route::path);
    const std::optional<int> refused =
        route == routes_.end() ? std::optional(404) : refusal(request, *route, limits_.body);
    if (refused) {
      response.status = *refused;
      return HandlerResponse::Handled;
    }
    if (route->post)
      t_stream->begin_body();
    else
      t_stream->note_whole();
    return HandlerResponse::Unhandled;
  }

  void declare() {
    for (const Route& route : routes_) {
      // Paths are of letters and slashes: as patterns they mean themselves.
      if (route.post) {
        Post(route.path,
             [this, &route](const httplib::Request& request, httplib::Response& response,
                            const httplib::ContentReader& reader) { answer_post(route, request, response, reader); });
      } else {
        Get(route.path, [&route](const httplib::Request& request, httplib::Response& response) {
          tell(route.handle(incoming(request)), response);
        });
      }
    }
  }

  void answer_post(const Route& route, const httplib::Request& request, httplib::Response& response,
                   const httplib::ContentReader& reader) const {
    Incoming read = incoming(request);
    bool large = false;
    const bool whole = reader([&](const char* bytes, std::size_t size) {
      large = read.body.size() + size > limits_.body;
      if (large) return false;
      read.body.append(bytes, size);
      return true;
    });
    if (whole) t_stream->note_whole();
    if (whole) return tell(route.handle(std::move(read)), response);
    response.status = large ? 413 : status_of(t_stream->trouble());
  }

  static Incoming incoming(const httplib::Request& request) {
    Incoming out{.path = request.path, .headers = {}, .body = {}};
    for (const auto& [name, value] : request.headers) out.headers.emplace_back(text::lower(name), value);
    return out;
  }

  static void tell(const Answer& answer, httplib::Response& response) {
    response.status = answer.status;
    response.set_content(answer.body, answer.content_type);
  }

  std::vector<Route> routes_;
  ListenerLimits limits_;
  Clock now_;
  Budget budget_;
  int port_ = 0;
  std::atomic<bool> stopped_ = false, ended_ = false;
};

}  // namespace

Result<std::unique_ptr<Listener>> listen(const std::string& host, int port, std::vector<Route> routes,
                                         const ListenerLimits& limits, std::function<Timestamp()> now) {
  auto listener = std::make_unique<HttpListener>(std::move(routes), limits, std::move(now));
  GP_CHECK(listener->bind(host, port));
  return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace gatepost::net
