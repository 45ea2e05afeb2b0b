#include "data/labels/problem_type.hpp"

#include <array>
#include <utility>

#include "config/error.hpp"

namespace trainer::data {
namespace {

constexpr std::array<std::pair<ProblemType, std::string_view>, 3> kProblems = {
    {{ProblemType::kSingleLabel, "single_label_classification"},
     {ProblemType::kMultiLabel, "multi_label_classification"},
     {ProblemType::kRegression, "regression"}}};

}  // namespace

std::string_view name_of(ProblemType type) {
  return kProblems[static_cast<std::size_t>(type)].second;
}

std::optional<ProblemType> find_problem_type(std::string_view name) {
  for (const auto& [type, known] : kProblems) {
    if (name == known) return type;
  }
  return std::nullopt;
}

ProblemType problem_type_from_name(const std::string& name) {
  if (const auto found = find_problem_type(name)) return *found;
  throw Error(ErrorCode::kUsage, "--problem-type '" + name +
                                     "' is not known: use single_label_classification, "
                                     "multi_label_classification or regression");
}

}  // namespace trainer::data
