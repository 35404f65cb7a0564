#include "base/log.hpp"

#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "base/text.hpp"

namespace gatepost::log {
namespace {

std::shared_ptr<spdlog::logger> make_logger(spdlog::level::level_enum level, bool colour) {
  const auto mode = colour ? spdlog::color_mode::always : spdlog::color_mode::never;
  auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(mode);
  auto logger = std::make_shared<spdlog::logger>("gatepost", std::move(sink));
  logger->set_pattern("gatepost: %^%l%$: %v");
  logger->set_level(level);
  logger->flush_on(spdlog::level::debug);
  return logger;
}

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance = make_logger(spdlog::level::warn, false);
  return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::off:
      return spdlog::level::off;
  }
  return spdlog::level::warn;
}

void write(spdlog::level::level_enum level, std::string_view message) {
  constexpr std::size_t kLongestLine = 4000;
  if (logger()->should_log(level)) logger()->log(level, "{}", text::printable(message, kLongestLine));
}

}  // namespace

void configure(Level level, bool colour) { logger() = make_logger(to_spdlog(level), colour); }

std::optional<Level> parse_level(std::string_view name) {
  constexpr std::pair<std::string_view, Level> kNames[] = {{"debug", Level::debug},
                                                           {"info", Level::info},
                                                           {"warning", Level::warning},
                                                           {"error", Level::error},
                                                           {"off", Level::off}};
  for (const auto& [known, level] : kNames) {
    if (known == name) return level;
  }
  return std::nullopt;
}

void debug(std::string_view message) { write(spdlog::level::debug, message); }
void info(std::string_view message) { write(spdlog::level::info, message); }
void warning(std::string_view message) { write(spdlog::level::warn, message); }
void error(std::string_view message) { write(spdlog::level::err, message); }

}  // namespace gatepost::log
