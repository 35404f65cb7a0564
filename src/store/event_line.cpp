#include "store/event_line.hpp"

#include "doc/json.hpp"

namespace gatepost::store {

Result<ledger::Line> read_line(std::string_view text) {
  GP_TRY(const doc::Document document, doc::parse_json(std::string(text), "event"));
  const doc::View root = document.root();
  const auto seq = root.at("seq").integer(), ts = root.at("ts").integer();
  if (!seq || *seq < 1 || !ts) return error(ErrorKind::bad_input, "no event of a ledger: it has no seq or no ts");
  return ledger::Line{.seq = static_cast<std::uint64_t>(*seq),
                      .at = {*ts},
                      .type = std::string(root.at("type").text()),
                      .subject = std::string(root.at("subject").text()),
                      .prev = std::string(root.at("prev").text()),
                      .hash = std::string(root.at("hash").text()),
                      .text = std::string(text)};
}

}  // namespace gatepost::store
