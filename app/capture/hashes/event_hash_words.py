"""Words of the Core Business Vocabulary that JSON events write bare, and the order of properties in the event hash.

Source: CBV 2.0; EPCIS 2.0 JSON-LD context (property-scoped terms); CBV 2.0 event hash, property order.
"""

from __future__ import annotations

CBV = "https://ref.gs1.org/cbv/"
VOC = "https://ref.gs1.org/voc/"

Words = dict[str, str]
Order = dict[str, "Order | None"]
"""Names of properties in the order they are hashed, each with the order of what it contains."""


def _words(base: str, names: str) -> Words:
    return {name: base + name for name in names.split()}


BIZ_STEPS = _words(
    CBV + "BizStep-",
    "accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting decommissioning departing "
    "destroying disassembling dispensing encoding entering_exiting holding inspecting installing killing loading other packing picking "
    "receiving removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting shipping staging_outbound "
    "stock_taking stocking storing transporting unloading unpacking void_shipping",
)
DISPOSITIONS = _words(
    CBV + "Disp-",
    "active available completeness_verified completeness_inferred conformant container_closed container_open damaged destroyed dispensed "
    "disposed encoded expired in_progress in_transit inactive mismatch_instance mismatch_class mismatch_quantity needs_replacement "
    "no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned sellable_accessible "
    "sellable_not_accessible stolen unavailable unknown",
)
BIZ_TRANSACTIONS = _words(CBV + "BTT-", "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt")
SOURCES = _words(CBV + "SDT-", "owning_party possessing_party location")
REASONS = _words(CBV + "ER-", "did_not_occur incorrect_data")
COMPONENTS = _words(
    CBV + "Comp-",
    "x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing latitude longitude altitude",
)
EXCEPTIONS = _words(VOC, "ALARM_CONDITION ERROR_CONDITION")
MEASUREMENTS = _words(
    VOC,
    "AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Radioactivity Altitude AmountOfSubstance AmountOfSubstancePerUnitVolume "
    "Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance Conductance Conductivity Count Density Dimensionless "
    "DoseEquivalent DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength "
    "Energy Exposure Force Frequency Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux "
    "LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate MassPerAreaTime "
    "MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux RadiantIntensity RelativeHumidity "
    "Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume "
    "VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber",
)

TYPED_LISTS = {"bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination"}
"""Lists whose entries are a type and a value, with the name of the value."""

TYPES = {"bizTransactionList": BIZ_TRANSACTIONS, "sourceList": SOURCES, "destinationList": SOURCES}


def _order(names: str) -> Order:
    return dict.fromkeys(names.split())


_EPCS: Order = _order("epc")
QUANTITY = _order("epcClass quantity uom")
_QUANTITIES: Order = {"quantityElement": QUANTITY}
METADATA = _order("time startTime endTime deviceID deviceMetadata rawData dataProcessingMethod bizRules")
REPORT = _order(
    "type exception deviceID deviceMetadata rawData dataProcessingMethod time microorganism chemicalSubstance value component stringValue "
    "booleanValue hexBinaryValue uriValue minValue maxValue meanValue sDev percRank percValue uom coordinateReferenceSystem"
)

PROPERTIES: Order = {
    "eventTime": None,
    "eventTimeZoneOffset": None,
    "epcList": _EPCS,
    "parentID": None,
    "inputEPCList": _EPCS,
    "childEPCs": _EPCS,
    "quantityList": _QUANTITIES,
    "childQuantityList": _QUANTITIES,
    "inputQuantityList": _QUANTITIES,
    "outputEPCList": _EPCS,
    "outputQuantityList": _QUANTITIES,
    "action": None,
    "transformationID": None,
    "bizStep": None,
    "disposition": None,
    "persistentDisposition": _order("set unset"),
    "readPoint": _order("id"),
    "bizLocation": _order("id"),
    "bizTransactionList": _order("type bizTransaction"),
    "sourceList": _order("type source"),
    "destinationList": _order("type destination"),
    "sensorElementList": {"sensorElement": {"sensorMetadata": METADATA, "sensorReport": REPORT}},
}

TIMES = frozenset({"eventTime", "time", "startTime", "endTime"})
"""Standard properties whose value is a time; a time in an extension stays as it was written."""

IGNORED = frozenset({"eventID", "recordTime", "errorDeclaration", "certificationInfo", "type"})
"""Properties of an event that are no part of its hash."""

COMMENTS = frozenset({"rdfs:comment", "comment"})
"""Keys that are skipped wherever they stand."""
