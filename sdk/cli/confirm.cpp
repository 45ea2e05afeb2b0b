#include "cli/confirm.hpp"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include <tracker/error.hpp>

#include "cli/text.hpp"

namespace tracker::cli {

void confirm(const std::string& question, Confirmed confirmed) {
  if (confirmed == Confirmed::kYes) return;
  if (::isatty(STDIN_FILENO) == 0)
    throw Error(ErrorCode::kFailedPrecondition,
                "nothing was deleted: nobody can be asked here; add --yes");
  std::fprintf(stderr, "%s [y/N] ", printable(question).c_str());
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return;
  throw Error(ErrorCode::kFailedPrecondition, "nothing was deleted");
}

}  // namespace tracker::cli
