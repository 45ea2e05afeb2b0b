#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

// Zip files whose members lie in them as they are, as torch.save writes them: found, not unpacked.
// Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.5.3 (zip64).
namespace trainer::weights {

// Members by name, as views of the bytes given; they do not overlap. `place` names the file in
// errors. Throws Error(kInvalidInput) for what is no such file or cut short, kUnsupported for
// members that are compressed or encrypted.
std::map<std::string, std::span<const std::byte>, std::less<>> read_zip_directory(
    std::span<const std::byte> file, std::string_view place);

// Whether it begins as a zip file does.
bool begins_as_zip(std::span<const std::byte> file) noexcept;

}  // namespace trainer::weights
