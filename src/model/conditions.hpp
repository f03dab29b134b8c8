// What may change during a run. Constant within a block, and within a piece of a consolidation.
#pragma once

namespace engram::model {

struct Conditions {
    double theta_pro_mV = 0;  //!< threshold of protein synthesis
    //! Off: h, z, proteins and tags stand still, and their clock with them; calcium runs on.
    bool plasticity = true;

    bool operator==(const Conditions&) const = default;
};

}  // namespace engram::model
