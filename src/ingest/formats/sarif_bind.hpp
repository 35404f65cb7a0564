// Binds the rows that were read in streaming to what their runs say: rules, severities, paths, packages.
#pragma once

#include <string>
#include <vector>

#include "ingest/format.hpp"
#include "ingest/formats/sarif_result.hpp"
#include "ingest/formats/sarif_run.hpp"
#include "ingest/secret_text.hpp"

namespace gatepost::ingest::sarif {

// Makes the rows of `reader` final, in place. `runs[i]` is run i of the document.
class Binder {
 public:
  Binder(ResultReader& reader, std::vector<Run>& runs, const ReportWriter& out);
  void bind_rows();

 private:
  // What is the same for all results with the same pending parts.
  struct Bound {
    Run* run = nullptr;
    BoundRule* rule = nullptr;  // null: not bound yet
    Kind kind = Kind::other;
    ListId claims = ListId::none;
  };
  const Bound& bound(ListId pending);
  void bind_row(Row index);
  void bind_rare(ObservationRow& row, const RareParts& rare, Run& run, BoundRule& rule);
  ListId claims_of(const Pending& pending, std::string_view own_word, const Run& run, const BoundRule& rule);
  void bind_fingerprints(ObservationRow& row, const Run& run);
  void bind_package(ObservationRow& row, const Run& run);
  void bind_reach(ObservationRow& row, const Run& run);
  void bind_detail(ObservationRow& row);
  void hide_secret(Row index, const Run& run);
  void hide_credential(Row index);
  void hide_in_places(ObservationRow& row, const SecretGuard& guard);
  void hide_secret_in_detail(ObservationRow& row, const SecretGuard& guard);
  TextId path(TextId as_reported);
  std::string path_text(std::string_view as_reported) const;

  ResultReader& reader_;
  std::vector<Run>& runs_;
  const ReportWriter& out_;
  std::vector<std::uint32_t> paths_;  // as reported -> path + 1; 0: not looked up yet
  std::size_t first_location_;
  std::vector<Bound> bound_;  // by pending id
};

}  // namespace gatepost::ingest::sarif
