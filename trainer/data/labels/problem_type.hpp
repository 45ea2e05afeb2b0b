#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trainer::data {

// More are refused wherever a file names, counts or uses classes: what is made for each of them
// must not grow with a number that somebody wrote down.
inline constexpr std::int64_t kMostClasses = 100'000;

// What is to be predicted, under transformers' names.
enum class ProblemType : std::uint8_t {
  kSingleLabel,  // "single_label_classification": one class of several
  kMultiLabel,   // "multi_label_classification": each label by itself
  kRegression,   // "regression": a number, or several
};
std::string_view name_of(ProblemType type);
std::optional<ProblemType> find_problem_type(std::string_view name);  // nullopt: no such name
// Throws Error(kUsage) for another name.
ProblemType problem_type_from_name(const std::string& name);

}  // namespace trainer::data
