// SPDX-License-Identifier: Apache-2.0
#include "model/cable.hpp"

#include <gtest/gtest.h>

#include <numbers>
#include <vector>

namespace engram::model {
namespace {

// Of the published networks, and one whose zone ends with its last compartment.
struct Named {
    const char* name;
    Cable cable;
    double length_um;
    int n;
};
Cable cable_of(double basal_um, double soma_radius_um, double apical_um, double compartment_um) {
    Morphology morphology;
    morphology.basal_dendrite_um = basal_um;
    morphology.soma_radius_um = soma_radius_um;
    morphology.apical_dendrite_um = apical_um;
    morphology.compartment_um = compartment_um;
    return Cable(morphology);
}
const Named cells[] = {{"small short", cable_of(5, 6, 12.5, 1), 30.5, 31},
                       {"small long", cable_of(10, 6, 25, 1), 48, 48},
                       {"large short", cable_of(5, 12, 12.5, 1), 42.5, 43},
                       {"large long", cable_of(10, 12, 25, 1), 60, 60},
                       {"tiny", cable_of(1, 6, 1, 1), 15, 15},
                       {"fine", cable_of(10, 6, 25, 0.5), 47.5, 95},
                       {"soma alone", cable_of(0, 6, 0, 13), 25, 2},
                       {"tenths", cable_of(0.3, 0.1, 0.3, 0.1), 0.9, 9}};

double norm(int k) {
    return k == 0 ? 1.0 : std::numbers::sqrt2;
}

TEST(Cable, HasTheCompartmentsOfThePublishedCells) {
    for (const auto& [name, cable, length_um, n] : cells) {
        EXPECT_NEAR(cable.length_um, length_um, 1e-12) << name;
        EXPECT_EQ(cable.n, n) << name;
        EXPECT_NEAR(cable.dx_um * n, length_um, 1e-12) << name;
    }
    EXPECT_EQ(Cable().n, 1);
}

TEST(Cable, ZoneIsWhereItIs) {
    const Cable whole = cells[1].cable;
    for (int i = 0; i < 48; ++i) EXPECT_NEAR(whole.share_of_zone(i), i == 16, 1e-12) << i;
    EXPECT_EQ(whole.soma(), 16);
    // From 11 to 12 um, where compartments of 0.98387 um end at 11.8065.
    const Cable straddling = cells[0].cable;
    EXPECT_NEAR(straddling.share_of_zone(11), 12 * 30.5 / 31 - 11, 1e-12);
    EXPECT_NEAR(straddling.share_of_zone(12), 12 - 12 * 30.5 / 31, 1e-12);
    for (const auto& [name, cable, length_um, n] : cells) {
        double sum = 0.0;
        for (int i = 0; i < n; ++i) sum += cable.share_of_zone(i);
        EXPECT_NEAR(sum, 1.0, 1e-12) << name;
    }
}

TEST(Cable, PlacesBelongToCompartments) {
    const Cable cable = cells[3].cable;
    EXPECT_EQ(cable.at(0), 0);
    EXPECT_EQ(cable.at(0.99), 0);
    EXPECT_EQ(cable.at(1), 1);
    EXPECT_EQ(cable.at(59.5), 59);
    EXPECT_EQ(cable.at(60), 59);
}

// Each compartment exchanges with its neighbours: the second difference with sealed ends.
TEST(Cable, ModesRelaxAtTheirRates) {
    for (const auto& [name, cable, length_um, n] : cells)
        for (int k = 0; k < n; ++k) {
            const double rate = cable.eigenvalue(k);
            for (int i = 0; i < n; ++i) {
                const double here = cable.mode(k, i);
                EXPECT_NEAR(here, norm(k) * std::cos(k * std::numbers::pi * (i + 0.5) / n), 2e-13)
                    << name;
                double flow = 0.0;
                if (i > 0) flow += cable.mode(k, i - 1) - here;
                if (i + 1 < n) flow += cable.mode(k, i + 1) - here;
                ASSERT_NEAR(flow, -rate * here * cable.dx_um * cable.dx_um, 2e-14) << name;
            }
        }
}

TEST(Cable, ModesAreOrthogonal) {
    for (const auto& [name, cable, length_um, n] : cells)
        for (int k = 0; k < n; ++k)
            for (int l = 0; l <= k; ++l) {
                double product = 0.0;
                for (int i = 0; i < n; ++i) product += cable.mode(k, i) * cable.mode(l, i);
                ASSERT_NEAR(product, k == l ? n : 0.0, 1e-13 * n) << name;
            }
}

TEST(Cable, MeanOverTheZoneIsThatOfItsShares) {
    const Cable cable = cells[0].cable;
    const double share = 12 * 30.5 / 31 - 11;
    for (int k = 0; k < 31; ++k)
        EXPECT_NEAR(cable.mode_in_zone(k),
                    norm(k) * (share * std::cos(k * std::numbers::pi * 11.5 / 31) +
                               (1 - share) * std::cos(k * std::numbers::pi * 12.5 / 31)),
                    1e-12);
}

}  // namespace
}  // namespace engram::model
