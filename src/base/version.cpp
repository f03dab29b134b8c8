// SPDX-License-Identifier: Apache-2.0
#include "base/version.hpp"

#include "generated/commit.hpp"

namespace engram {

std::string version() {
    return ENGRAM_VERSION;
}

std::string commit() {
    return ENGRAM_COMMIT;
}

}  // namespace engram
