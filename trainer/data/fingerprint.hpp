#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace trainer::data {

// SHA-256 in hex over the texts in order, each followed by one zero byte; a pair is two texts.
std::string fingerprint_of(const std::vector<Example>& rows);

}  // namespace trainer::data
