// A server on this machine that does what a test says, also what no server should do. One thread a connection.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/deleter.hpp"
#include "base/text.hpp"

namespace gatepost::test {

class Connection {
 public:
  Connection(int socket, SSL_CTX* tls) : socket_(socket) {
    if (tls == nullptr) return;
    ssl_.reset(SSL_new(tls));
    SSL_set_fd(ssl_.get(), socket);
    open_ = SSL_accept(ssl_.get()) == 1;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (ssl_ && open_) SSL_shutdown(ssl_.get());
  }

  [[nodiscard]] bool open() const { return open_; }
  [[nodiscard]] int socket() const { return socket_; }

  // One request with its body; "" when the other side is gone.
  std::string read_request() {
    std::size_t end = 0;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return {};
    }
    std::size_t whole = end + 4;
    const std::string head = text::lower(pending_.substr(0, end));
    if (const std::size_t at = head.find("content-length:"); at != std::string::npos) {
      whole += static_cast<std::size_t>(std::atoi(head.c_str() + at + 15));
    }
    while (pending_.size() < whole) {
      if (!receive()) return {};
    }
    std::string request = pending_.substr(0, whole);
    pending_.erase(0, whole);
    return request;
  }
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                             : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  bool answer(std::string_view status, std::string_view headers, std::string_view body) {
    return write("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                 std::string(headers) + "\r\n" + std::string(body));
  }
  // The connection ends without a word, as when a server dies.
  void reset() {
    const linger now{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    open_ = false;
  }

 private:
  bool receive() {
    std::array<char, 4096> chunk{};
    const auto got = ssl_ ? SSL_read(ssl_.get(), chunk.data(), static_cast<int>(chunk.size()))
                          : ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (got <= 0) return false;
    pending_.append(chunk.data(), static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  CHandle<SSL, SSL_free> ssl_;
  bool open_ = true;
  std::string pending_;
};

class LoopbackServer {
 public:
  using Handler = std::function<void(Connection&, const std::string& request)>;

  // `handler` answers each request; `tls` may be null.
  explicit LoopbackServer(Handler handler, SSL_CTX* tls = nullptr) : handler_(std::move(handler)), tls_(tls) {
    std::signal(SIGPIPE, SIG_IGN);  // SSL_write has no flag for it
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0)
      std::abort();
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    for (std::thread& it : threads_) it.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string port() const { return std::to_string(port_); }
  [[nodiscard]] std::string url(std::string_view path) const {
    return (tls_ != nullptr ? "https://localhost:" : "http://127.0.0.1:") + port() + std::string(path);
  }
  [[nodiscard]] std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] bool stopping() const { return stopping_; }

 private:
  void accept_all() {
    while (true) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      const std::lock_guard lock(mutex_);
      sockets_.push_back(socket);
      threads_.emplace_back([this, socket] { serve(socket); });
    }
  }
  void serve(int socket) {
    {
      Connection connection(socket, tls_);
      while (connection.open()) {
        const std::string request = connection.read_request();
        if (request.empty()) break;
        {
          const std::lock_guard lock(mutex_);
          requests_.push_back(request);
        }
        handler_(connection, request);
      }
    }
    const std::lock_guard lock(mutex_);
    std::erase(sockets_, socket);
    ::close(socket);
  }

  Handler handler_;
  SSL_CTX* tls_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::string> requests_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// Copies bytes between two sockets until one ends.
inline void relay(int left, int right) {
  std::array<pollfd, 2> both{{{left, POLLIN, 0}, {right, POLLIN, 0}}};
  std::array<char, 4096> chunk{};
  while (::poll(both.data(), both.size(), 10'000) > 0) {
    for (std::size_t i = 0; i < 2; ++i) {
      if (both[i].revents == 0) continue;
      const auto got = ::recv(both[i].fd, chunk.data(), chunk.size(), 0);
      if (got <= 0) return;
      if (::send(both[1 - i].fd, chunk.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) != got) return;
    }
  }
}

inline int connect_to(const std::string& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port.c_str())));
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return socket;
  ::close(socket);
  return -1;
}

}  // namespace gatepost::test
