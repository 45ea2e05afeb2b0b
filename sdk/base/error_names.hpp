#pragma once

#include <string_view>

#include <tracker/error.hpp>

// Error codes as words ("NOT_FOUND"), for programs that read what another program says.
namespace tracker::base {

std::string_view name_of(ErrorCode code) noexcept;
// kInternal for a word that is none of them.
ErrorCode error_code_of(std::string_view name) noexcept;

}  // namespace tracker::base
