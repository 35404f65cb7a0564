// Where a writer's bytes go.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "doc/json_writer.hpp"

namespace gatepost::report {

// Takes the bytes of a document from front to back, in pieces of any size. A failure ends the writing.
using Sink = std::function<Status(std::string_view)>;

// A JSON document on its way into a sink. It never lies in memory as a whole: call pass_on() now and then.
class JsonStream {
 public:
  explicit JsonStream(const Sink& sink) : sink_(sink) {}
  doc::JsonWriter json;

  Status pass_on() { return json.text().size() < kPiece ? Status(Done{}) : pass_on_all(); }
  // The document is complete: everything goes out, and a line end behind it.
  Status finish() {
    GP_CHECK(pass_on_all());
    return sink_("\n");
  }

 private:
  static constexpr std::size_t kPiece = std::size_t{64} << 10;
  Status pass_on_all() {
    GP_CHECK(sink_(json.text()));
    json.clear_text();
    return Done{};
  }
  const Sink& sink_;
};

}  // namespace gatepost::report
