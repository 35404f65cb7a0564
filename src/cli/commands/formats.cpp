#include "app/convert.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_formats(CLI::App& app, Action& action) {
  struct Options {
    bool json = false, markdown = false;
  };
  auto chosen = options<Options>();
  auto* const json = app.add_flag("--json", chosen->json, "As a JSON array sorted by id");
  app.add_flag("--markdown", chosen->markdown, "As the table of docs/formats.md")->excludes(json);
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) {
      const auto style = chosen->json       ? app::FormatsStyle::json
                         : chosen->markdown ? app::FormatsStyle::markdown
                                            : app::FormatsStyle::text;
      return app::formats(ports, style);
    };
  });
}

}  // namespace gatepost::cli
