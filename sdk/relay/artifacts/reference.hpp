#pragma once

#include <cstdint>
#include <optional>
#include <string>

// References: files of an artifact that stay where they are (docs/artifacts.md, "References").
namespace tracker::relay {

struct Reference {
  std::string path, url;
  std::string checksum;  // "ALGORITHM:VALUE", or empty
  std::optional<std::uint64_t> size;
};

// "[PATH=]URL" as a reference with what can be known of the file now; without a PATH it is the last
// part of the URL's.
// - file:///ABSOLUTE: SHA-256 and size, by reading it.
// - http, https: ETag and size, by asking for its headers.
// - hf://[datasets/]ORG/REPO[@REVISION]/FILE: the same of $HF_ENDPOINT, else
// https://huggingface.co,
//   with $HF_TOKEN.
// - s3, gs: as they are; their stores answer nobody without keys.
// A host's certificate may be of the system's authorities or of --ca-file's (relay/trust.hpp).
// Blocks, up to half a minute. Throws Error: kInvalidArgument for what is against the rules,
// kNotFound for a file or a page that is not there, kPermissionDenied for one that wants a login,
// kUnavailable when nobody answers whom we believe.
Reference look_up_reference(const std::string& text);

}  // namespace tracker::relay
