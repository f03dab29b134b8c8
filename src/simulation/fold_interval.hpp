// How long the lazily kept state goes without being brought to a common reference.
#pragma once

namespace engram {

// Within this time the lazy factors E and X stay far from underflow.
inline constexpr double fold_interval_s = 500.0;

}  // namespace engram
