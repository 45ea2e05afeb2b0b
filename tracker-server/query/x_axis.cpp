#include "query/series.hpp"

namespace tracker::query {

std::string_view to_text(XAxis axis) noexcept {
  switch (axis) {
    case XAxis::kStep:
      return "step";
    case XAxis::kTime:
      return "time";
    case XAxis::kRelative:
      return "relative";
    case XAxis::kMetric:
      break;
  }
  return "metric";
}

}  // namespace tracker::query
