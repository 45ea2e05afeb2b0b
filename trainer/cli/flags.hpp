#pragma once

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// A flag as a row of a table: all that is known of it stands in one place. --help, reading of
// --config, --print-config and training_args.json follow from the rows.
namespace trainer::cli {

// Where a flag's value goes, which holds the default until then. A bool is a switch without a
// value; an optional is absent by default; of a list the parts are separated by commas.
using FlagValue =
    std::variant<std::string*, bool*, std::int64_t*, std::uint64_t*, double*, std::optional<bool>*,
                 std::optional<std::int64_t>*, std::optional<std::uint64_t>*,
                 std::optional<double>*, std::vector<std::string>*>;

// Whether training_args.json and the run's config tell it: what is trained on and how is told,
// where it runs and is logged is not.
enum class Told { kYes, kNo };

struct Flag {
  std::string_view group;  // heading in --help; empty: not shown there
  std::string_view name;   // "--learning-rate"
  std::string help;
  FlagValue value;
  std::vector<CLI::Validator> checks = {};
  std::string_view excludes = {};  // an earlier flag of the same table that it does not go with
  Told told = Told::kYes;
};

// Adds the flags in their order. What they point to must outlive the parse.
void define_flags(CLI::App& app, const std::vector<Flag>& flags);

// {"learning_rate": 5e-05, …} of the flags that are told; absent ones null, lists as one text.
nlohmann::ordered_json values_of(const std::vector<Flag>& flags);

}  // namespace trainer::cli
