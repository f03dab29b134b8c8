// A recorded variable.
#pragma once

namespace engram {

struct Column {
    const char* name;  //!< of its dataset
    const char* unit;
    const char* meaning;
};

}  // namespace engram
