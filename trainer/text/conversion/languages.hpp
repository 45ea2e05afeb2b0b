#pragma once

#include <span>
#include <string_view>

// Language tokens of the translation models, in the order of their ids.
namespace trainer::text {

std::span<const std::string_view> mbart_languages() noexcept;
std::span<const std::string_view> mbart50_languages() noexcept;
std::span<const std::string_view> nllb_languages() noexcept;

}  // namespace trainer::text
